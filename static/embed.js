// <script src="https://book.example.org/static/embed.js" data-project="address-of-the-project" async></script>
(() => {
  const script = document.currentScript;
  const site = new URL(script.src).origin;
  const { project, query = "", title } = script.dataset;
  const frame = document.createElement("iframe");
  frame.src = `${site}/embed/${encodeURIComponent(project)}/${query && "?" + query}`;
  frame.title = title || new URL(site).host;
  frame.style.cssText = "width:100%;border:0;height:700px";
  script.after(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== site || source !== frame.contentWindow || data?.source !== "booking-site") return;
    if (data.event === "ready" && !title) frame.title = data.title;
    if (data.event === "size") frame.style.height = `${data.height}px`;
    else frame.dispatchEvent(new CustomEvent(data.event, { bubbles: true, detail: { reference: data.reference } }));
  });
})();
