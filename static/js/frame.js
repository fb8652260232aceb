// Inside another site's frame: tells the page around it how high this one is, and what happened, never who did it.
"use strict";
(() => {
  if (window.parent === window) return;
  const tell = (message) => window.parent.postMessage({ source: "booking-site", ...message }, "*");
  const size = () => tell({ event: "size", height: document.documentElement.offsetHeight });
  const main = document.querySelector("[data-event]");

  new ResizeObserver(size).observe(document.documentElement);
  size();
  if (main) {
    const { event, reference, returnTo } = main.dataset;
    // The frame's name, in the reader's language, for a host page that gave it none: of the first page, which names nobody.
    if (event === "ready") tell({ event, title: document.title });
    else tell({ event, ...(reference && { reference }), ...(returnTo && { returnTo }) });
  }
})();
