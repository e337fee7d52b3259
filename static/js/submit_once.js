// A second press while a form is under way does nothing, and the button says that it is being sent. The server would
// recognise a repeated submission anyway; this only calms the person who waits on a slow line.
// A form whose answer is a download stays on its page: it carries data-repeatable.
const PATIENCE_MS = 30_000;
const waiting = new Map();

function release(form) {
  const restore = waiting.get(form);
  if (!restore) return;
  waiting.delete(form);
  restore();
}

function hold(form, button) {
  const words = button?.querySelector("span") ?? null;
  const before = words?.textContent;
  if (words && button.dataset.sending) words.textContent = button.dataset.sending;
  // Not `disabled`: that would drop the button's own name and value from what is sent.
  button?.setAttribute("aria-disabled", "true");
  form.setAttribute("aria-busy", "true");
  const timer = setTimeout(() => release(form), PATIENCE_MS);
  waiting.set(form, () => {
    clearTimeout(timer);
    if (words) words.textContent = before;
    button?.removeAttribute("aria-disabled");
    form.removeAttribute("aria-busy");
  });
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
  if (waiting.has(form)) event.preventDefault();
  else hold(form, event.submitter ?? form.querySelector('button[type="submit"], button:not([type])'));
}

export function start() {
  document.addEventListener("submit", onSubmit);
  // Coming back by the back button shows the page as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of [...waiting.keys()]) release(form);
  });
}
