// Where the customer chooses the end: leaves out the ends that do not go with the chosen start.
"use strict";
(() => {
  const number = (option, name) => Number(option.dataset[name]);

  function fit(form) {
    const [start, end] = ["start", "end"].map((name) => form.elements.namedItem(name));
    const chosen = start.selectedOptions[0];
    const [first, last, step] = [number(chosen, "first"), number(chosen, "last"), Number(form.dataset.span)];
    for (const option of end.options) {
      const at = number(option, "at");
      option.hidden = option.disabled = at < first || at > last || (at - first) % step !== 0;
    }
    if (end.selectedOptions[0]?.disabled !== false) end.value = [...end.options].find((option) => !option.disabled).value;
  }

  function all() {
    document.querySelectorAll("form[data-span]").forEach(fit);
  }

  document.addEventListener("change", (event) => event.target.name === "start" && event.target.form?.dataset.span && fit(event.target.form));
  document.addEventListener("htmx:afterSwap", all);
  window.addEventListener("pageshow", all);
  all();
})();
