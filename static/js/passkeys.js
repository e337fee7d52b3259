// Asks the browser for a passkey and sends its answer with the form around the button. Where a browser has no passkeys
// the offers stay hidden: every page works with a code of the app, too.
const isAble = () =>
  typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function" &&
  typeof window.PublicKeyCredential.parseCreationOptionsFromJSON === "function";

async function ask(button) {
  const token = button.form.querySelector('[name$="csrf_token"]');
  const answer = await fetch(button.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": token?.value ?? "" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const options = await answer.json();
  return "passkeyNew" in button.dataset
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function onClick(button, fault) {
  fault.hidden = true;
  button.disabled = true;
  try {
    const made = await ask(button);
    document.getElementById(button.dataset.passkeyTarget).value = JSON.stringify(made.toJSON());
    button.form.submit();
  } catch {
    fault.hidden = false;
    button.disabled = false;
  }
}

export function start() {
  if (!isAble()) return;
  for (const offer of document.querySelectorAll("[data-passkey-offer]")) offer.hidden = false;
  for (const words of document.querySelectorAll("[data-passkey-missing]")) words.hidden = true;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const fault = button.form.querySelector("[data-passkey-fault]");
    button.addEventListener("click", () => onClick(button, fault));
  }
}
