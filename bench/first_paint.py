"""When a phone shows the largest thing of the first pages: 1.6 Mbit/s, 150 ms a way, a quarter of this CPU.

    SECRET_KEY=x DATABASE_URL=sqlite:////tmp/first_paint.sqlite3 python -m bench.first_paint [rounds]

Migrates that scratch database, loads the demo into it, starts gunicorn as `./run` does and opens each page in a fresh
Chromium that has nothing in its cache.  Prints the median of the largest contentful paint, and what was sent.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from bench.over_http import free_port, serve  # noqa: E402
from booking_site.collecting import collect_once  # noqa: E402
from tests.browsers import CHROMIUM  # noqa: E402

PHONE = {"width": 375, "height": 667}
DOWN, UP, LATENCY_MS, SLOWER = 1_600_000 / 8, 750_000 / 8, 150, 4
TARGET_MS = 1500
PAINTED = """() => new Promise((tell) => {
  let last = 0;
  new PerformanceObserver((list) => (last = list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => tell(last), 500);
})"""


@contextmanager
def served() -> Iterator[str]:
    """The site with its demo on a free port; its address."""
    call_command("migrate", verbosity=0)
    call_command("demo", stdout=StringIO())
    collect_once()
    connections.close_all()
    port = free_port()
    server = serve("booking_site.wsgi", port, "")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def painted(browser: Browser, url: str) -> tuple[float, int]:
    """Milliseconds until the largest thing stood on the page, and how many bytes came over the line."""
    page = browser.new_context(viewport=PHONE).new_page()
    slow = page.context.new_cdp_session(page)
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP}
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", line)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[int] = []
    slow.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(url, wait_until="networkidle")
    when = float(page.evaluate(PAINTED))
    page.context.close()
    return when, sum(sizes)


def form_of(page: Page, times: str) -> str:
    """Hold the first time that is offered; the address of its form."""
    page.goto(times)
    with page.expect_navigation():
        page.locator("button.time").first.click()
    return page.url


def main(rounds: int) -> int:
    late = 0
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with served() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        times = f"{site}/book/commission/"
        pages = {"home": f"{site}/", "choose": times, "details": form_of(browser.new_page(), times)}
        for name, url in pages.items():
            painted(browser, url)  # the server has read its templates then
            found = [painted(browser, url) for _round in range(rounds)]
            median = statistics.median(when for when, _size in found)
            late += median > TARGET_MS
            print(f"{name:8} {median:6.0f} ms   {found[-1][1] / 1000:6.1f} kB")
        browser.close()
    return late


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)))
