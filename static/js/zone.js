// Tells the site which clocks the visitor's browser is on. Where the page asks and nothing was chosen, the page is
// loaded once more in that zone; elsewhere the zone stands first in the list, and goes along when a time is picked.
"use strict";
(() => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const form = () => document.querySelector("form[data-zone]");
  if (!form() || !own) return;

  function load() {
    const address = new URL(location.href);
    address.searchParams.set("zone", own);
    location.replace(address);
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
