// For somebody who must not be seen here: wipes what was typed and leaves an empty page in place of this one.
// The browser's history of earlier pages cannot be cleared from a page; the button's title says so.
import { wipeAll } from "./draft.js";

export function start() {
  for (const button of document.querySelectorAll("[data-quick-exit]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      wipeAll();
      document.documentElement.hidden = true;
      window.location.replace("about:blank");
    });
  }
}
