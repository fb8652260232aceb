// Where a next free time is told on other clocks than the visitor's, the list is loaded once more with theirs, as the
// page is on which one chooses.  Without this script the time names the clocks that it is on.
"use strict";

(() => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const told = document.querySelector("[data-clocks]");
  if (!told || !own || told.dataset.clocks.split(" ").every((zone) => zone === own)) return;
  const url = new URL(location.href);
  url.searchParams.set("own", own);
  location.replace(url);
})();
