// Typing a value unticks *inherits* beside it.  Without this script a value that was typed counts all the same.
"use strict";
document.addEventListener("input", (event) => {
  const own = event.target;
  const box = own.closest(".inherits")?.querySelector(".inherits-box input");
  if (box && own !== box && own.value) box.checked = false;
});
