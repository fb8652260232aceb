// Draws the list of a day or a week as a grid. A booking that is dragged stands where it is dropped only after the server was
// asked, the question was answered and the verb was played; anything else puts it back, and says why.
"use strict";
(() => {
  const frame = document.getElementById("calendar");
  if (!frame || !window.EventCalendar) return;
  const list = document.getElementById("calendar-list");
  const [news, said] = ["calendar-news", "calendar-said"].map((id) => document.getElementById(id));
  const [ask, place] = ["calendar-ask", "calendar-place"].map((id) => document.getElementById(id));
  const grid = JSON.parse(document.getElementById("calendar-grid").textContent);
  const words = frame.dataset;
  const EVERY = 30_000;
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  let last = ""; // the newest entry of the history that was told
  let busy = false; // something is being dragged or asked
  let reads = 0; // only the newest answer is drawn

  class Said extends Error {}

  const two = (number) => String(number).padStart(2, "0");
  const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clockOf = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
  const element = (name, fields) => Object.assign(document.createElement(name), fields);
  const line = (text, ...links) => {
    const found = element("p", { textContent: text });
    for (const [href, label] of links) if (href) found.append(element("a", { href, textContent: label }));
    return found;
  };

  function tell(lines, { isNo = false } = {}) {
    said.classList.toggle("is-no", isNo);
    said.replaceChildren(...lines);
    said.hidden = lines.length === 0;
  }

  /** The answer as an object; throws `Said` with words where there is none to be had. */
  async function answerOf(url, options = {}) {
    const response = await fetch(url, options);
    if (response.redirected) throw new Said(words.out);
    if (response.status === 404) throw new Said(words.gone);
    if (response.status === 403) throw new Said(words.forbidden);
    if (!response.headers.get("Content-Type")?.includes("json")) throw new Error(response.statusText);
    return response.json();
  }

  const wordsOf = (error, otherwise) => (error instanceof Said ? error.message : otherwise);

  async function read() {
    const number = ++reads;
    try {
      const found = await answerOf(last === "" ? words.feed : `${words.feed}&since=${last}`);
      if (busy || number !== reads) return;
      last = found.last;
      calendar.setOption("events", found.events);
      for (const one of found.news) news.prepend(line(one.said, [one.url, words.see]));
      while (news.children.length > 4) news.lastChild.remove();
      news.hidden = news.children.length === 0;
      if (said.dataset.lost) tell([]);
      delete said.dataset.lost;
    } catch (error) {
      said.dataset.lost = "yes";
      tell([line(wordsOf(error, words.lost))], { isNo: true });
    }
  }

  function send(url, fields) {
    const body = new URLSearchParams(fields);
    const token = ask.querySelector("[name=csrfmiddlewaretoken]").value;
    return answerOf(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
  }

  /** Whether the question is answered by going on. */
  function agreed(asked) {
    const rules = ask.querySelector("[data-rules]");
    document.getElementById("calendar-question").textContent = asked.question;
    rules.textContent = asked.rules;
    rules.hidden = !asked.rules;
    ask.querySelector("[data-told]").replaceChildren(...asked.told.map((one) => element("li", { textContent: one })));
    ask.returnValue = "";
    ask.showModal();
    return new Promise((done) => ask.addEventListener("close", () => done(ask.returnValue === "go"), { once: true }));
  }

  function refuse(answer) {
    const lines = answer.refused.map((one) => line(one));
    lines.at(-1)?.append(...line("", [answer.why, words.why], [answer.move, words.move]).children);
    tell(lines, { isNo: true });
  }

  async function moved({ event, oldEvent, newResource, revert }) {
    busy = true;
    tell([]);
    let isSent = false;
    const minutes = (one) => (one.end - one.start) / 60_000;
    const there = {
      day: dayOf(event.start), clock: clockOf(event.start), zone: grid.zone,
      resource: newResource?.id ?? event.resourceIds[0], longer: minutes(event) - minutes(oldEvent),
    };
    try {
      const asked = await send(event.extendedProps.drag, there);
      if (asked.refused) return void (revert(), refuse(asked));
      if (!(await agreed(asked))) return void revert();
      isSent = true;
      const done = await send(event.extendedProps.drag, { ...there, go: "on", ...(asked.rules && { confirmed: "on" }) });
      if (done.refused) return void (revert(), refuse(done));
      tell([line(done.said, [done.booking, words.see])]);
    } catch (error) {
      revert();
      tell([line(wordsOf(error, isSent ? words.unsure : words.lost))], { isNo: true });
    } finally {
      busy = false;
      await read();
    }
  }

  /** A free place: book it, or take the time. */
  function pressed(start, end, resource) {
    const id = resource?.id ?? shown[0].id;
    const asked = new URLSearchParams({ start: `${dayOf(start)}T${clockOf(start)}`, zone: grid.zone, resource: id });
    if (end) asked.set("end", `${dayOf(end)}T${clockOf(end)}`);
    document.getElementById("calendar-span").textContent =
      `${end ? `${clockOf(start)}–${clockOf(end)}` : clockOf(start)}, ${grid.resources.find((one) => one.id === id).title}`;
    for (const link of place.querySelectorAll("a")) link.search = asked;
    return place;
  }

  // The library calls its frame a table and puts things into it that no table holds: the roles go, the list is the table.
  function plain() {
    for (const part of frame.querySelectorAll("[role]")) {
      part.removeAttribute("role");
      part.removeAttribute("aria-colindex");
    }
    for (const part of frame.querySelectorAll(".ec-event[tabindex]")) part.removeAttribute("tabindex");
    const main = frame.querySelector(".ec-main"); // keys scroll it, also where nothing in it can be reached
    if (main) Object.assign(main, { tabIndex: 0, role: "group", ariaLabel: document.querySelector("h1").textContent });
  }

  function content({ timeText, event }) {
    const isQuiet = event.display === "background";
    const time = element("span", { className: "ec-event-time", textContent: timeText });
    const { url } = event.extendedProps;
    const title = element(url ? "a" : "span", { className: "ec-event-title", dir: "auto", textContent: event.title });
    if (url) title.href = url;
    if (isQuiet) return { domNodes: [title] };
    const badges = event.extendedProps.badges.map((one) => element("span", { className: "badge--no", textContent: one }));
    return { domNodes: [time, ...badges, title] };
  }

  // The line of now is drawn by this machine's clock, which may be another than the page's.
  const isOurClock = Math.abs(new Date(grid.now) - new Date()) < 120_000;
  const isInRows = grid.view === "resourceTimelineWeek";
  const language = document.documentElement.lang || "en";
  // A column is as wide as a phone, so that there one resource stands alone; rows of a week are the list there.
  const narrow = window.matchMedia("(max-width: 40em)");
  const chooser = document.getElementById("calendar-one");
  let shown = grid.resources;

  function fit() {
    const isAlone = narrow.matches && !isInRows && grid.resources.length > 1;
    frame.hidden = narrow.matches && isInRows;
    list.hidden = !frame.hidden;
    chooser.hidden = !isAlone;
    const one = grid.resources.find((each) => each.id === chooser.querySelector("select").value);
    shown = isAlone && one ? [one] : grid.resources;
    calendar.setOption("resources", shown);
  }

  frame.hidden = false;
  const calendar = EventCalendar.create(frame, {
    view: grid.view, date: grid.date, firstDay: grid.firstDay, headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false, slotMinTime: grid.low, slotMaxTime: grid.high, scrollTime: "08:00", slotEventOverlap: false,
    height: isInRows ? "auto" : "44rem", slotHeight: 30, slotWidth: 64, nowIndicator: isOurClock,
    locale: language === "en" ? "en-GB" : language, dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    slotLabelFormat: CLOCK, eventTimeFormat: CLOCK, resources: grid.resources, events: [],
    slotDuration: isInRows ? "01:00" : "00:30", snapDuration: "00:15",
    selectable: true, selectMinDistance: 12, longPressDelay: 500, eventStartEditable: true, eventDurationEditable: true,
    editable: false, unselectAuto: true,
    eventContent: content, eventAllUpdated: plain,
    eventDragStart: () => { busy = true; }, eventResizeStart: () => { busy = true; },
    eventDragStop: () => { busy = false; }, eventResizeStop: () => { busy = false; },
    eventDrop: moved, eventResize: moved,
    select: ({ start, end, resource }) => pressed(start, end, resource).showModal(),
    dateClick: ({ date, resource }) => {
      const [book] = pressed(date, null, resource).querySelectorAll("[data-book]");
      if (book) location.assign(book.href);
      else place.showModal();
    },
  });
  fit();
  narrow.addEventListener("change", fit);
  chooser.addEventListener("change", fit);
  plain();
  read();
  setInterval(() => { if (!busy && !document.hidden) read(); }, EVERY);
  document.addEventListener("visibilitychange", () => { if (!busy && !document.hidden) read(); });
})();
