// A further blank action below a state: a copy of the one that is there, under keys of its own.  Without this each save brings
// a blank one.
"use strict";
(() => {
  let copies = 0;

  function another(event) {
    const button = event.currentTarget;
    const blank = button.closest("details").querySelector("[data-new]");
    const copy = blank.cloneNode(true);
    const [old, fresh] = [blank.dataset.new, `${blank.dataset.new}y${++copies}`];
    copy.removeAttribute("data-new");
    for (const part of copy.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(`a${old}-`, `a${fresh}-`));
      }
    }
    const place = copy.querySelector("[name=arrow]");
    place.value = place.value.replace(`:${old}`, `:${fresh}`);
    for (const control of copy.querySelectorAll("input:not([type=hidden])")) {
      if (control.type === "checkbox") control.checked = control.defaultChecked;
      else control.value = "";
    }
    for (const choice of copy.querySelectorAll("select")) choice.selectedIndex = 0;
    for (const more of copy.querySelectorAll("details")) more.open = false;
    button.before(copy);
    copy.querySelector("input:not([type=hidden])").focus();
  }

  for (const button of document.querySelectorAll("[data-another]")) {
    button.hidden = false;
    button.addEventListener("click", another);
  }
})();
