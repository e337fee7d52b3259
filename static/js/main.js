// Loads each module only where a page carries its mark. Every page works without any of them.
const features = [
  ["[data-fragment-receipt]", () => import("./fragment_receipt.js")],
  ['form[method="post"]', () => import("./submit_once.js")],
  ["form[data-draft], [data-draft-done]", () => import("./draft.js")],
  ["[data-urgent]", () => import("./urgent.js")],
  ["[data-places]", () => import("./places.js")],
  ["[data-files]", () => import("./files.js")],
  ["[data-copy]", () => import("./copy.js")],
  ["[data-print]", () => import("./print.js")],
  ["[data-quick-exit]", () => import("./quick_exit.js")],
  ["[data-passkey]", () => import("./passkeys.js")],
];

for (const [mark, load] of features) {
  if (document.querySelector(mark)) load().then((module) => module.start());
}
