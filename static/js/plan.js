// Where only the plan is loaded anew: the focus goes to the day's heading, or stays in the month, and what is free is
// announced. Whatever goes wrong on the way is left to an ordinary page load.
"use strict";
(() => {
  const said = document.querySelector("[data-said]");
  const plan = () => document.getElementById("plan");

  function settled(event) {
    if (!plan() || event.detail.target?.id !== "plan") return;
    const toDay = new URL(event.detail.xhr.responseURL).searchParams.has("day");
    if (toDay) document.getElementById("day").focus({ preventScroll: true });
    else if (document.activeElement === document.body) {
      (plan().querySelector('a.day[tabindex="0"]') || document.getElementById("month")).focus({ preventScroll: true });
    }
    said.textContent = plan().dataset.say;
  }

  function load(event) {
    location.assign(event.detail.pathInfo.requestPath);
  }

  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("htmx:responseError", load);
  document.addEventListener("htmx:sendError", load);
})();
