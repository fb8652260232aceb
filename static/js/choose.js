// The page on which a time is chosen: keys in the month, parts loaded anew, the chosen end, the visitor's own clocks.
// Without any of it the page works all the same.
"use strict";

// Arrow keys in the month: left and right by day, up and down by week, Home and End to the week's ends, Page Up and
// Page Down to the neighbouring months, with Shift by a year. One tab stop; without this script every day is a link of its own.
(() => {
function arrows() {
  const table = document.querySelector("[data-month]");
  if (!table) return;
  const days = [...table.querySelectorAll("a.day")];
  if (!days.length) return;
  const cells = [...table.querySelectorAll("tbody td")];
  const forward = document.documentElement.dir === "rtl" ? -1 : 1;

  function stop(day) {
    days.forEach((other) => other.setAttribute("tabindex", other === day ? "0" : "-1"));
  }

  function nearest(from, step) {
    for (let at = from + step; at >= 0 && at < cells.length; at += step) {
      const day = cells[at].querySelector("a.day");
      if (day) return day;
    }
    return null;
  }

  function endOfWeek(at, step) {
    const week = at - (at % 7);
    const row = cells.slice(week, week + 7).map((cell) => cell.querySelector("a.day")).filter(Boolean);
    return step < 0 ? row[0] : row[row.length - 1];
  }

  function page(back, year) {
    const link = document.querySelector(year ? `a[data-year="${back ? "back" : "on"}"]` : `.month__steps a[rel~="${back ? "prev" : "next"}"]`);
    if (link) link.click();
  }

  function target(key, at) {
    switch (key) {
      case "ArrowRight": return nearest(at, forward);
      case "ArrowLeft": return nearest(at, -forward);
      case "ArrowDown": return nearest(at, 7);
      case "ArrowUp": return nearest(at, -7);
      case "Home": return endOfWeek(at, -1);
      case "End": return endOfWeek(at, 1);
      default: return null;
    }
  }

  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = event.target.closest("td");
    if (!cell) return;
    if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      page(event.key === "PageUp", event.shiftKey);
      return;
    }
    const day = target(event.key, cells.indexOf(cell));
    if (!day) return;
    event.preventDefault();
    stop(day);
    day.focus();
  });

  stop(days.find((day) => day.getAttribute("aria-current")) || days.find((day) => day.matches(".day--free")) || days[0]);
}

arrows();
document.addEventListener("htmx:afterSwap", arrows);
})();

// Where only the plan is loaded anew: the focus goes to the day's heading, or stays in the month, and what is free is
// announced. Whatever goes wrong on the way is left to an ordinary page load.
(() => {
  const said = document.querySelector("[data-said]");
  const plan = () => document.getElementById("plan");

  function settled(event) {
    if (!plan() || event.detail.target?.id !== "plan") return;
    const toDay = new URL(event.detail.xhr.responseURL).searchParams.has("day");
    const chose = document.activeElement.closest(".chips"); // another option or person: one may try the next
    if (toDay && !chose) document.getElementById("day").focus({ preventScroll: true });
    else if (document.activeElement === document.body) {
      (plan().querySelector('a.day[tabindex="0"]') || document.getElementById("month")).focus({ preventScroll: true });
    }
    said.textContent = plan().dataset.say;
    inSight();
  }

  // In a row that is wider than the screen, what is chosen.
  function inSight() {
    plan().querySelectorAll(":is(.strip, .chips) [aria-current]").forEach((one) => {
      const row = one.closest("ul");
      const [inner, outer] = [one.getBoundingClientRect(), row.getBoundingClientRect()];
      if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right + 16;
      if (inner.left < outer.left) row.scrollLeft += inner.left - outer.left - 16;
    });
  }

  function load(event) {
    location.assign(event.detail.pathInfo.requestPath);
  }

  if (plan()) inSight();
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("htmx:responseError", load);
  document.addEventListener("htmx:sendError", load);
})();

// Where the customer chooses the end: leaves out the ends that do not go with the chosen start.
(() => {
  const number = (option, name) => Number(option.dataset[name]);

  function fit(form) {
    const [start, end] = ["start", "end"].map((name) => form.elements.namedItem(name));
    const chosen = start.selectedOptions[0];
    const [first, last, step] = [number(chosen, "first"), number(chosen, "last"), Number(form.dataset.span)];
    const named = chosen.dataset.ends?.split(" ");
    for (const option of end.options) {
      const at = number(option, "at");
      const fits = named ? named.includes(option.dataset.at) : at >= first && at <= last && (at - first) % step === 0;
      option.hidden = option.disabled = !fits;
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

// A zone that is chosen is shown at once, so that no button is needed.  By keys one walks through the list first: then
// it is shown on Enter, or when the list is left.
(() => {
  let walking = false;
  const zone = (event) => event.target.closest?.("form[data-zone] select");

  function bare() {
    document.querySelectorAll("[data-zone-button]").forEach((button) => (button.hidden = true));
  }

  function show(select) {
    walking = false;
    if (![...select.options].some((option) => option.selected && option.defaultSelected)) select.form.requestSubmit();
  }

  document.addEventListener("keydown", (event) => {
    if (!zone(event)) return;
    walking = event.key !== "Enter" && event.key !== "Tab";
    if (event.key === "Enter" && !event.altKey) show(event.target);
  });
  document.addEventListener("pointerdown", () => (walking = false));
  document.addEventListener("change", (event) => zone(event) && !walking && show(event.target));
  document.addEventListener("focusout", (event) => zone(event) && show(event.target));
  document.addEventListener("htmx:afterSwap", bare);
  bare();
})();

// Tells the site which clocks the visitor's browser is on. Where the page asks and nothing was chosen, the page is
// loaded once more in that zone; elsewhere the zone stands first in the list, and goes along when a time is picked.
(() => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const form = () => document.querySelector("form[data-zone]");
  if (!form() || !own) return;

  function load() {
    const url = new URL(location.href);
    url.searchParams.set("zone", own);
    location.replace(url);
  }

  // Like "Berlin 14:20", counting hours as the other entries do.
  function words(other) {
    const twelve = /\s[AP]M$/.test(other.label);
    const clock = new Intl.DateTimeFormat(twelve ? "en-US" : "en-GB", { hour: twelve ? "numeric" : "2-digit", minute: "2-digit", timeZone: own });
    return `${own.split("/").pop().replaceAll("_", " ")} ${clock.format(new Date())}`;
  }

  function first() {
    const select = form()?.querySelector("select");
    if (!select) return;
    const chosen = select.value;
    const known = [...select.options].find((option) => option.value === own);
    select.prepend(known || new Option(words(select.options[0]), own));
    select.value = chosen;
  }

  document.addEventListener("formdata", (event) => event.target.matches("form[data-pick]") && event.formData.set("own", own));
  document.addEventListener("htmx:afterSwap", first);
  if (form().dataset.zone === "ask" && own !== form().querySelector("select").value) load();
  else first();
})();
