/* A new booking: people while their name is typed, and a held time let go when the page is left. */
(() => {
  const field = document.querySelector("[data-people]");
  const list = document.getElementById("people");
  let asked = 0;

  function shown(people) {
    list.replaceChildren(
      ...people.map((one) => {
        const line = document.createElement("li");
        const link = document.createElement("a");
        const reached = document.createElement("bdi");
        link.className = "b";
        link.href = field.dataset.page + one.id;
        reached.className = "soft";
        reached.textContent = one.reached;
        link.append(`${one.name} `, reached);
        line.append(link);
        return line;
      }),
    );
  }

  field?.addEventListener("input", async () => {
    const number = ++asked;
    if (field.value.trim().length < 3) {
      shown([]);
      return;
    }
    const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(field.value)}`).catch(() => null);
    if (answer?.ok && number === asked) shown((await answer.json()).people);
  });

  const held = document.querySelector("[data-release]");
  const form = document.querySelector('input[name="hold"]')?.form;
  let sent = false;
  form?.addEventListener("submit", () => {
    sent = true;
  });
  addEventListener("pagehide", () => {
    if (!held || sent) return;
    const told = new FormData();
    for (const name of ["hold", "csrfmiddlewaretoken"]) told.set(name, form.elements[name].value);
    navigator.sendBeacon(held.dataset.release, told);
  });
})();
