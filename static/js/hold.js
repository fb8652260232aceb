// Counts the hold down as text. It is announced three times only: at five minutes, at one minute, and when it ends.
// The button that keeps it renews the banner alone, so that whoever is typing is not thrown to the top of the page.
"use strict";
(() => {
  const ENDING = 120;

  function count(banner) {
    const [left, said, until, extend] = ["left", "said", "until", "extend"].map((name) => banner.querySelector(`[data-hold-${name}]`));
    // The page's own age counts, also after Back or sleep: performance.now() would stand still in both.
    const end = Date.now() + Number(banner.dataset.hold) * 1000;
    const line = banner.querySelector("progress");
    let before = Infinity;

    const secondsLeft = () => Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const crossed = (mark, now) => before !== Infinity && before > mark && now <= mark;

    function announce(now) {
      if (now === 0) said.textContent = banner.dataset.over;
      else if (crossed(60, now)) said.textContent = banner.dataset.one;
      else if (crossed(300, now)) said.textContent = banner.dataset.five;
    }

    function show() {
      const now = secondsLeft();
      announce(now);
      before = now;
      banner.classList.toggle("hold--ending", now <= ENDING);
      if (extend) extend.hidden = now > ENDING || now === 0;
      until.hidden = now === 0;
      line.value = now;
      left.textContent =
        now === 0
          ? banner.dataset.over
          : banner.dataset.left.replace("{minutes}", Math.floor(now / 60)).replace("{seconds}", now % 60);
      if (now === 0 || !banner.isConnected) clearInterval(tick);
    }

    const tick = setInterval(show, 1000);
    if (extend) extend.addEventListener("click", longer);
    show();
  }

  // What cannot be done this way (the hold ended, or the network is away) is left to the form.
  async function longer(event) {
    const button = event.currentTarget;
    event.preventDefault();
    try {
      const answer = await fetch(button.formAction, { method: "POST", body: new FormData(button.form) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const banner = page.querySelector("[data-hold]");
      if (!answer.ok || !banner) throw new Error(answer.statusText);
      renew(button.closest("[data-hold]"), banner);
    } catch {
      button.removeEventListener("click", longer);
      button.form.requestSubmit(button);
    }
  }

  function renew(old, banner) {
    old.replaceWith(banner);
    count(banner);
    banner.querySelector("h2").focus();
    banner.querySelector("[data-hold-said]").textContent = banner.querySelector("[data-hold-until]").textContent;
  }

  const banner = document.querySelector("[data-hold]");
  if (banner) count(banner);
})();
