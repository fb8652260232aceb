// Copies the address that is to be kept, or hands it to the device's own way of sharing. Each button stands only where the
// browser can do it; the address itself is there without any script.
"use strict";
(() => {
  const row = document.querySelector("[data-keep]");
  if (!row) return;
  const [copy, share, said] = ["[data-copy]", "[data-share]", "[data-keep-said]"].map((one) => row.querySelector(one));
  const url = row.dataset.keep;

  async function copied() {
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(url);
      said.textContent = copy.dataset.said;
    } catch {
      // Not allowed here: the address is selected, so that it can be copied by hand.
      getSelection().selectAllChildren(document.querySelector(".url"));
    }
  }

  async function shared() {
    try {
      await navigator.share({ title: row.dataset.title, url });
    } catch {
      // Called off, which needs no words.
    }
  }

  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", copied);
  }
  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", shared);
  }
})();
