// In the page:   <script src="https://…/static/embed.js" data-project="its-address" async></script>
// As a pop-up:   data-as="popup", and <a href="https://…/book/its-address/" data-book> wherever it is to open
// As a button:   data-as="button" data-project="its-address", in the corner of the window
(() => {
  const script = document.currentScript;
  const site = new URL(script.src).origin;
  const { as, label, project, query, returnTo, title } = script.dataset;
  const [book, close] =
    { de: ["Termin buchen", "Schlie\u00dfen"], ar: ["\u0627\u062d\u062c\u0632 \u0645\u0648\u0639\u062f\u064b\u0627", "\u0625\u063a\u0644\u0627\u0642"] }[document.documentElement.lang.slice(0, 2)] || ["Book a time", "Close"];

  function frameOf(slug, more) {
    const frame = document.createElement("iframe");
    const asked = new URLSearchParams(more);
    new URLSearchParams(location.search).forEach((value, name) => name.startsWith("utm_") && !asked.has(name) && asked.set(name, value));
    if (returnTo && !asked.has("return_to")) asked.set("return_to", new URL(returnTo, location).href);
    frame.src = `${site}/embed/${slug}/?${asked}`;
    frame.title = title || site;
    frame.style.cssText = "display:block;width:100%;border:0;height:700px";
    addEventListener("message", ({ origin, source, data }) => {
      if (origin !== site || source !== frame.contentWindow || data?.source !== "booking-site") return;
      const { event, height, reference } = data;
      if (event === "size") return (frame.style.height = `${height}px`);
      if (event !== "ready") frame.getBoundingClientRect().top < 0 && frame.scrollIntoView();
      else if (!title) frame.title = data.title;
      const go = frame.dispatchEvent(new CustomEvent(event, { bubbles: true, cancelable: true, detail: { reference } }));
      if (go && data.returnTo) location.assign(data.returnTo);
    });
    return frame;
  }

  function button(text, look, press) {
    const one = document.createElement("button");
    Object.assign(one, { type: "button", textContent: text, onclick: press });
    one.style.cssText = `font:inherit;cursor:pointer;border:0;${look}`;
    return one;
  }

  function popUp(slug, more) {
    const dialog = document.createElement("dialog");
    const shut = button("\u00d7", "position:sticky;top:0;float:inline-end;width:44px;height:44px;font-size:24px;background:canvas;color:canvastext", () => dialog.close());
    shut.ariaLabel = close;
    dialog.ariaLabel = title || book;
    dialog.style.cssText = "width:min(64rem,100vw - 16px);max-width:none;max-height:calc(100dvh - 16px);box-sizing:border-box;padding:0;border:0;border-radius:8px;color-scheme:light dark;background:canvas";
    dialog.onclose = () => dialog.remove();
    dialog.append(shut, frameOf(slug, more));
    document.body.append(dialog);
    dialog.showModal();
  }

  if (!as) return script.after(frameOf(project, query));
  if (as === "button") {
    const corner = button(label || book, "position:fixed;inset:auto 16px 16px auto;z-index:9999;padding:12px 20px;border-radius:24px;background:#0f4a59;color:#fff", () => popUp(project, query));
    corner.className = "booking-site-button";
    script.after(corner);
  }
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-book]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { origin, pathname, search } = new URL(link.href);
    const [, slug] = /^\/book\/([\w-]+)\/$/.exec(pathname) || [];
    if (origin !== site || !slug) return;
    event.preventDefault();
    popUp(slug, search);
  });
})();
