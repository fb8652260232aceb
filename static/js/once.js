// A form marked data-once is sent once: a second press does nothing, and coming Back makes it pressable again.
"use strict";
(() => {
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
    // After the browser has collected the values: a disabled button is not sent.
    setTimeout(() => buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true")), 0);
  }

  function open() {
    forms().forEach((form) => {
      form.dataset.once = "";
      buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  }

  document.addEventListener("submit", sent);
  window.addEventListener("pageshow", (event) => event.persisted && open());
})();
