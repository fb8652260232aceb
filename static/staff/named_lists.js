// In a double list the sign beside each filter has a name, which only a picture may have.
"use strict";
addEventListener("load", () => setTimeout(() => {  // Django makes the lists when the page is loaded
  for (const sign of document.querySelectorAll(".selector span[aria-label]")) sign.setAttribute("role", "img");
}));
