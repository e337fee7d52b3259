// Shows the hotlines when the words sound as if it were happening now. The rules are the server's own (see
// forum/domain/urgency.py), fetched from the address in data-urgent; raw Telex and abbreviations are read by the server
// only, which looks again when the form is sent.
const PAUSE_MS = 400;
const SENTENCE_END = /[.!?…]+(?=\s|$)|\n+/u;
const CLAUSE_END = /[;:,]+(?=\s|$)/u;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;

function isPlain(word) {
  return /^[\x20-\x7e]*$/.test(word);
}

function foldedWord(word) {
  return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d");
}

// The tone goes to the end, so that hoà equals hòa while hoa stays another word.
function markedWord(word) {
  const apart = word.toLowerCase().normalize("NFD");
  return apart.replace(TONES, "").normalize("NFC") + (apart.match(TONES) ?? []).join("");
}

function line(text, comparable) {
  return ` ${(text.match(WORD) ?? []).map(comparable).join(" ")} `;
}

export function hotlinesFor(text, patterns) {
  const words = text.normalize("NFC").match(WORD) ?? [];
  const isAccented = words.filter((word) => !isPlain(word)).length >= patterns.accented_share * words.length;
  const comparable = isAccented ? markedWord : foldedWord;
  const skipped = new Set(isAccented ? [] : patterns.needs_marks);
  const sentences = text.normalize("NFC").split(SENTENCE_END).map((sentence) => sentence.split(CLAUSE_END).map((clause) => line(clause, comparable)));
  const holds = (clauses, phrases) =>
    phrases.some((phrase) => !skipped.has(phrase) && clauses.some((clause) => clause.includes(line(phrase, comparable))));
  const rung = new Set();
  sentences.forEach((sentence, at) => {
    const near = [...sentence, ...(sentences[at + 1] ?? [])];
    if (holds(near, patterns.unless)) return;
    for (const rule of patterns.rules) {
      if (rule.all.every((phrases) => holds(near, phrases))) rung.add(rule.hotline);
    }
  });
  return rung;
}

function show(panel, hotlines) {
  panel.hidden = hotlines.size === 0;
  for (const item of panel.querySelectorAll("[data-hotline]")) item.hidden = !hotlines.has(item.dataset.hotline);
}

async function watch(field, panel) {
  const answer = await fetch(field.dataset.urgent, { credentials: "same-origin" });
  if (!answer.ok) return;
  const patterns = await answer.json();
  const look = () => show(panel, hotlinesFor(field.value, patterns));
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
  if (!panel || !field) return;
  // The rules are fetched only by those who write.
  if (field.value) watch(field, panel);
  else field.addEventListener("input", () => watch(field, panel), { once: true });
}
