// Shows the hotlines when the words sound as if it were happening now. The words are the server's own list, fetched from
// the address in data-urgent: {"113": ["folded phrase", …], …}. The server looks again when the form is sent.
const PAUSE_MS = 400;

export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/đ/g, "d")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function soundsUrgent(text, patterns) {
  const folded = ` ${fold(text)} `;
  return Object.values(patterns).flat().some((phrase) => folded.includes(` ${phrase} `));
}

async function watch(field, panel) {
  const answer = await fetch(field.dataset.urgent, { credentials: "same-origin" });
  if (!answer.ok) return;
  const patterns = await answer.json();
  const look = () => {
    panel.hidden = !soundsUrgent(field.value, patterns);
  };
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  look();
}

export function start() {
  const panel = document.querySelector("[data-urgent-panel]");
  const field = document.querySelector("[data-urgent]");
  if (!panel) return;
  // The list is fetched only by those who write.
  if (field.value) watch(field, panel);
  else field.addEventListener("input", () => watch(field, panel), { once: true });
}
