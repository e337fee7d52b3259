// Keeps what is typed into form[data-draft="name"] for this tab only (sessionStorage), so that a lost connection loses
// nothing. It is wiped by the visible button and by the page that confirms the sending ([data-draft-done]).
const PREFIX = "draft:";
const UNKEPT_TYPES = new Set(["hidden", "password", "file", "submit", "button"]);

export function wipeAll() {
  for (const key of Object.keys(window.sessionStorage)) {
    if (key.startsWith(PREFIX)) window.sessionStorage.removeItem(key);
  }
}

function kept(form) {
  return [...form.elements].filter((control) => control.name && !UNKEPT_TYPES.has(control.type));
}

function isChoice(control) {
  return control.type === "radio" || control.type === "checkbox";
}

function read(form) {
  return kept(form)
    .filter((control) => (isChoice(control) ? control.checked : control.value))
    .map((control) => [control.name, control.value]);
}

function write(form, pairs) {
  for (const control of kept(form)) {
    const values = pairs.filter(([name]) => name === control.name).map(([, value]) => value);
    if (isChoice(control)) control.checked = values.includes(control.value);
    else if (values.length) control.value = values[0];
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function parse(text) {
  try {
    const pairs = JSON.parse(text ?? "[]");
    return Array.isArray(pairs) ? pairs : [];
  } catch {
    return []; // Another program's or an older version's entry is no draft.
  }
}

function wireOffer(form, key) {
  const offer = form.querySelector("[data-draft-offer]");
  const pairs = parse(window.sessionStorage.getItem(key));
  // After a refused form the server has already filled in what was sent.
  const isRefused = document.getElementById("error-summary") !== null;
  if (!offer || isRefused || !pairs.length || JSON.stringify(pairs) === JSON.stringify(read(form))) return;
  offer.hidden = false;
  offer.querySelector("[data-draft-restore]")?.addEventListener("click", () => {
    write(form, pairs);
    offer.hidden = true;
  });
}

function wireWipe(form) {
  for (const button of form.querySelectorAll("[data-draft-wipe]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      // Not form.reset(): after a refused form that would bring back what the server filled in.
      write(form, []);
      for (const control of kept(form)) if (!isChoice(control) && control.tagName !== "SELECT") control.value = "";
      for (const list of form.querySelectorAll("select")) list.selectedIndex = 0;
      for (const input of form.querySelectorAll('input[type="file"]')) {
        input.value = "";
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
      wipeAll();
      for (const offer of form.querySelectorAll("[data-draft-offer]")) offer.hidden = true;
    });
  }
}

export function start() {
  if (document.querySelector("[data-draft-done]")) wipeAll();
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = PREFIX + form.dataset.draft;
    const keep = () => window.sessionStorage.setItem(key, JSON.stringify(read(form)));
    wireOffer(form, key);
    wireWipe(form);
    form.addEventListener("input", keep);
    form.addEventListener("change", (event) => event.isTrusted && keep());
  }
}
