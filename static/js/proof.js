// Solves the proof of work that a hold costs under attack, and sends the form with it.  Where it cannot be solved (an
// address without https, an old browser) the page's own words say what else can be done.
import "../vendor/altcha-3.2.2/altcha.js";

const form = document.querySelector("form[data-proof]");

function said(name) {
  form.querySelectorAll("[data-state]").forEach((part) => {
    part.hidden = part.dataset.state !== name;
  });
}

if (form && globalThis.isSecureContext && globalThis.crypto?.subtle) {
  globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(form.dataset.worker));
  const widget = document.createElement("altcha-widget");
  widget.addEventListener("verified", (event) => {
    form.elements.namedItem("proof").value = event.detail.payload;
    form.requestSubmit();
  });
  widget.addEventListener("statechange", (event) => event.detail.state === "error" && said("failed"));
  widget.setAttribute("display", "invisible");
  widget.setAttribute("auto", "onload");
  widget.setAttribute("configuration", JSON.stringify({ humanInteractionSignature: false, minDuration: 0 }));
  widget.setAttribute("challenge", form.dataset.proof);
  said("working");
  form.append(widget);
} else if (form) {
  said("failed");
}
