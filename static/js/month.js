// Arrow keys in the month: left and right by day, up and down by week, Home and End to the week's ends, Page Up and
// Page Down to the neighbouring months, with Shift by a year. One tab stop; without this script every day is a link of its own.
"use strict";
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
