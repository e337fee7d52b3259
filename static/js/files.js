// Says before sending what the server would refuse: too many files, or too big ones. Shows the chosen names.
const MEGABYTE = 1_000_000;

function sizeText(bytes) {
  const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return `${size.format(Math.max(bytes / MEGABYTE, 0.1))} MB`;
}

function entry(file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const size = document.createElement("span");
  name.textContent = file.name;
  size.textContent = sizeText(file.size);
  size.className = "number muted";
  item.append(name, size);
  return item;
}

function fault(files, limits) {
  if (files.length > Number(limits.maxFiles)) return limits.tooMany;
  const big = files.find((file) => file.size > Number(limits.maxMegabytes) * MEGABYTE);
  return big ? `${big.name}: ${limits.tooBig}` : "";
}

function wire(box) {
  const input = box.querySelector('input[type="file"]');
  const list = box.querySelector("[data-files-list]");
  const error = box.querySelector("[data-files-error]");
  if (!input || !list || !error) return;
  input.addEventListener("change", () => {
    const files = [...input.files];
    const words = fault(files, box.dataset);
    list.replaceChildren(...files.map(entry));
    list.hidden = files.length === 0;
    error.textContent = words;
    error.hidden = words === "";
    // The browser itself then refuses to send and leads to the field.
    input.setCustomValidity(words);
  });
}

export function start() {
  for (const box of document.querySelectorAll("[data-files]")) wire(box);
}
