// A receipt's QR code carries the digits behind the "#", which browsers never send. They are moved into the field and
// taken out of the address at once, so that neither the history nor a shared screen keeps them.
const LENGTH = 20;

function take(field) {
  const digits = window.location.hash.replace(/\D/g, "");
  if (digits.length !== LENGTH) return;
  field.value = digits.match(/.{4}/g).join(" ");
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  field.focus();
}

export function start() {
  const field = document.querySelector("[data-fragment-receipt]");
  take(field);
  window.addEventListener("hashchange", () => take(field));
}
