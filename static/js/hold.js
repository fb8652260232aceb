// Counts the hold down as text. It is announced three times only: at five minutes, at one minute, and when it ends.
"use strict";
(() => {
  const banner = document.querySelector("[data-hold]");
  if (!banner) return;
  const left = banner.querySelector("[data-hold-left]");
  const said = banner.querySelector("[data-hold-said]");
  const until = banner.querySelector("[data-hold-until]");
  const extend = banner.querySelector("[data-hold-extend]");
  const ENDING = 120;
  // The page's own age counts, also after Back or sleep: performance.now() would stand still in both.
  const end = Date.now() + Number(banner.dataset.hold) * 1000;
  let before = Infinity;

  const secondsLeft = () => Math.max(0, Math.ceil((end - Date.now()) / 1000));
  const crossed = (mark, now) => before > mark && now <= mark;

  function announce(now) {
    if (now === 0) said.textContent = banner.dataset.over;
    else if (crossed(60, now) && before !== Infinity) said.textContent = banner.dataset.one;
    else if (crossed(300, now) && before !== Infinity) said.textContent = banner.dataset.five;
  }

  function show() {
    const now = secondsLeft();
    announce(now);
    before = now;
    banner.classList.toggle("hold--ending", now <= ENDING);
    if (extend) extend.hidden = now > ENDING || now === 0;
    if (until) until.hidden = now === 0;
    left.textContent =
      now === 0
        ? banner.dataset.over
        : banner.dataset.left.replace("{minutes}", Math.floor(now / 60)).replace("{seconds}", now % 60);
    left.classList.toggle("hold__left--over", now === 0);
    if (now === 0) clearInterval(tick);
  }

  const tick = setInterval(show, 1000);
  show();
})();
