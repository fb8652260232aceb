// Tells the site which clocks the visitor's browser is on. Where the page asks and nothing was chosen, the page is
// loaded once more in that zone.
"use strict";
(() => {
  const form = document.querySelector("form[data-zone]");
  if (!form) return;
  const select = form.querySelector("select");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

  function load() {
    const address = new URL(location.href);
    address.searchParams.set("zone", own);
    location.replace(address);
  }

  if (form.dataset.zone === "ask" && own && own !== select.value) load();
})();
