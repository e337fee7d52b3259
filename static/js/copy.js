// Copies the text of the element named by data-copy. Browsers offer the clipboard only on secure pages: elsewhere the
// button stays hidden.
export function start() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent.trim().replace(/\s+/g, " "));
      const words = button.querySelector("span");
      if (words) words.textContent = button.dataset.done;
    });
  }
}
