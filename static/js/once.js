// A form marked data-once is sent once: a second press does nothing. Coming Back makes it pressable again, and so does
// waiting in vain, as where the visitor stopped a page that did not come; the server knows what was sent twice.
"use strict";
(() => {
  const PATIENCE = 15000;
  const forms = () => document.querySelectorAll("form[data-once]");
  const buttons = (form) => form.querySelectorAll("button:not([type=button])");

  function sent(event) {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.once === "sent") {
      event.preventDefault();
      return;
    }
    form.dataset.once = "sent";
    setTimeout(() => open([form]), PATIENCE);
    // After the browser has collected the values: a disabled button is not sent.
    setTimeout(() => buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true")), 0);
  }

  function open(some) {
    some.forEach((form) => {
      form.dataset.once = "";
      buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  }

  document.addEventListener("submit", sent);
  window.addEventListener("pageshow", (event) => event.persisted && open(forms()));
})();
