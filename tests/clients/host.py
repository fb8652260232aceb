"""Somebody else's web page that embeds the booking widget, served from its own origin."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
OWN = {
    "/": HERE / "host.html",
    "/version-2": HERE / "host_of_version_2.html",
    "/start.js": HERE / "start.js",
}


class HostPage(SimpleHTTPRequestHandler):
    """Serves a page for each version of the widget, and the packages' unmodified bundles."""

    def translate_path(self, path: str) -> str:
        own = OWN.get(path.split("?")[0])
        return str(own) if own else super().translate_path(path)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serve_host_page(modules: Path) -> Iterator[str]:
    """Serve the pages on a free port of its own; yields its origin, without a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(HostPage, directory=str(modules)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
