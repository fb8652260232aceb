// <script src="https://…/static/embed.js" data-project="its-address" async></script>
(() => {
  const script = document.currentScript;
  const site = new URL(script.src).origin;
  const { project, query = "", title } = script.dataset;
  const frame = document.createElement("iframe");
  frame.src = `${site}/embed/${project}/?${query}`;
  frame.title = title || site;
  frame.style.cssText = "width:100%;border:0;height:700px";
  script.after(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== site || source !== frame.contentWindow || data?.source !== "booking-site") return;
    const { event, height, reference } = data;
    if (event === "size") return (frame.style.height = `${height}px`);
    if (event !== "ready") frame.getBoundingClientRect().top < 0 && frame.scrollIntoView();
    else if (!title) frame.title = data.title;
    frame.dispatchEvent(new CustomEvent(event, { bubbles: true, detail: { reference } }));
  });
})();
