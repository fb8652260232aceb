"""What the look weighs and whether it moves: pages, sheets, shifts and rules that dress nothing.

    SECRET_KEY=x DATABASE_URL=sqlite:////tmp/look.sqlite3 python -m bench.look [folder for pictures]

Migrates that scratch database, loads the demo into it and starts gunicorn as `./run` does. Opens each first page as
a phone on a slow line does (see `bench.first_paint`) and prints what was sent, when the largest thing stood there and
how much moved (CLS). Then opens each at three widths with Chromium's coverage and names every rule of our sheets that
dressed nothing, and so at the desk; rules for a pointer, the keyboard, paper and forced colours are left out, since no
page is in such a state. What it names is to be looked at: a logo, a full class or a time that was lost are not on its
way. Names what one presses that is lower than a finger on a phone, too. With a folder it takes the documents' pictures.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from bench.desk_pages import desk_pages
from bench.first_paint import DOWN, LATENCY_MS, PAINTED, PHONE, SLOWER, UP, served
from bookings.lifecycle import join_people
from bookings.models import Project, Resource
from tests.browsers import CHROMIUM

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser has a loop of its own in this thread
MOST_BYTES, MOST_SHIFT, LATEST_MS, MOST_CSS = 100_000, 0.02, 1500, 60_000
TABLET, DESKTOP = {"width": 768, "height": 1024}, {"width": 1280, "height": 900}
SHEETS = Path(__file__).resolve().parent.parent / "static/look"
OURS = ("fonts", "tokens", "page", "home", "choose", "form", "booking")
STAFF = SHEETS.parent / "staff"
DESK = ("frame", "staff", "parts", "today", "calendar", "people", "graph")
LEAST_PX = 44
SMALL = """(least) => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility() && getComputedStyle(one).display !== "inline" && !one.closest(".vh, .skip"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.height && box.height < least - 0.5)
  .map(([one, box]) => `${one.localName}.${one.className} ${Math.round(box.height)} px`)"""
SHIFTED = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (sum += one.hadRecentInput ? 0 : one.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => tell(sum), 500);
})"""
STATES = re.compile(r":hover|:active|:focus|aria-disabled|altcha|htmx-request|:lang|^@font-face|^:root")
WAYS = re.compile(r"print|forced-colors|prefers-|selector\(")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


def measured(browser: Browser, url: str) -> tuple[float, float, int]:
    """Milliseconds until the largest thing stood there, how much moved, and bytes over the line."""
    page = browser.new_context(viewport=PHONE).new_page()
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP}
    slow.send("Network.emulateNetworkConditions", line)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[int] = []
    slow.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(url, wait_until="networkidle")
    painted, moved = float(page.evaluate(PAINTED)), float(page.evaluate(SHIFTED))
    page.context.close()
    return painted, moved, sum(sizes)


def press(page: Page, what: str, number: int = 0) -> None:
    with page.expect_navigation():
        page.locator(what).nth(number).click()


def walk(page: Page, site: str) -> Iterator[str]:
    """Each page of the customers, from the first to a booking that ended; names it when it stands there."""
    for name, url in (("home", "/"), ("one person", "/with/katharina/"), ("search", "/?q=nothing")):
        page.goto(site + url)
        yield name
    for name, url in (("find", "/find/"), ("missing", "/nothing/"), ("assistants", "/assistants/")):
        page.goto(site + url)
        yield name
    page.goto(f"{site}/book/figure-drawing/")
    yield "choose a class"
    page.goto(f"{site}/book/commission/")
    page.locator("details.about").evaluate("one => (one.open = true)")
    yield "choose, told more"
    page.goto(f"{site}/book/first-talk/")
    yield "choose"
    press(page, "button.time", 3)
    yield "details"
    press(page, "#details .btn--primary")
    yield "problems"
    yield from _booked(page)
    page.goto(f"{site}/book/workshop-visit/?month={closed_month():%Y-%m}")
    yield "a month without times"
    page.goto(f"{site}/book/two-of-us/")
    yield "start and end"
    press(page, ".span .btn--primary")
    yield "questions of all kinds"
    page.goto(f"{site}/book/portrait/")
    page.locator("details.zone").evaluate("one => (one.open = true)")
    page.locator("details.whole").evaluate("one => (one.open = true)")
    yield "choose, all open"
    press(page, "button.time", 1)
    _fill_in(page)
    yield "to be paid"
    press(page, "main .btn--primary")
    yield "pay"


def _fill_in(page: Page) -> None:
    page.locator("#id_name").fill("Maria Novak")
    page.locator("#id_email").fill("maria@example.org")
    press(page, "#details .btn--primary")


def _booked(page: Page) -> Iterator[str]:
    _fill_in(page)
    yield "booked"
    own = page.url.split("?")[0]
    page.goto(f"{own}move/")
    yield "choose anew"
    press(page, "button.time", 5)
    yield "move"
    page.goto(f"{own}do/cancel_by_customer/")
    yield "ask"
    press(page, "form.form .btn--danger")
    yield "cancelled"


def rules(sheet: str) -> Iterator[tuple[int, str]]:
    """Where each rule of a sheet begins and what it dresses, without those of states and ways that no page is in."""
    text = re.sub(r"/\*.*?\*/", lambda found: " " * len(found[0]), sheet, flags=re.DOTALL)
    around: list[str] = []
    for found in re.finditer(r"([^{};]*)([{};])", text):
        words, sign = found[1].strip(), found[2]
        if sign == "{":
            begins = found.start() + len(found[1]) - len(found[1].lstrip())
            is_met = not STATES.search(words) and not any(WAYS.search(one) for one in around)
            if is_met and not words.startswith(("@media", "@supports")):
                yield begins, words
            around.append(words)
        elif sign == "}":
            around.pop()


def dead_rules(browser: Browser, site: str) -> list[str]:
    """The rules of our sheets that dressed nothing on any page, at any width, in either direction, in any grade."""
    used: dict[str, set[int]] = {name: set() for name in OURS}
    for language, take_away in (("en", {}), ("ar", {"image": ""}), ("en", {"image": "", "mark": ""})):
        Project.objects.update(**take_away)
        Resource.objects.update(**{name: "" for name in take_away if name == "image"})
        for screen in (PHONE, TABLET, DESKTOP):
            page = browser.new_context(viewport=screen).new_page()
            page.goto(f"{site}/?lang={language}")
            _cover(page, walk(page, site), used)
            page.context.close()
    return _unused(SHEETS, used)


def dead_at_the_desk(browser: Browser, site: str) -> list[str]:
    """The same for the sheets of the desk, as somebody who may do everything, wide and on a phone."""
    join_people()
    used: dict[str, set[int]] = {name: set() for name in DESK}
    client = Client()
    client.force_login(get_user_model().objects.filter(is_superuser=True)[0])
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    for screen, language in ((DESKTOP, "en"), (PHONE, "ar")):
        context = browser.new_context(viewport=screen, locale=language)
        page = context.new_page()
        _cover(page, (page.goto(f"{site}/admin/{url}") for url in ("login/",)), used)
        context.add_cookies([session])  # type: ignore[list-item]
        _cover(page, (page.goto(f"{site}/admin/{url}") for url in desk_pages()), used)
        context.close()
    return _unused(STAFF, used)


def too_small(browser: Browser, site: str) -> list[str]:
    """What one presses on a phone that is lower than a finger, page by page; a link in a sentence is no target."""
    page, found = browser.new_context(viewport=PHONE).new_page(), []
    for name in walk(page, site):
        found += [f"{name}: {one}" for one in page.evaluate(SMALL, LEAST_PX)]
    page.context.close()
    return found


def _unused(folder: Path, used: dict[str, set[int]]) -> list[str]:
    told = []
    for name, begun in used.items():
        text = (folder / f"{name}.css").read_text(encoding="utf-8")
        told += [f"{name}.css: {words}" for begins, words in rules(text) if begins not in begun]
    return told


def closed_month() -> date:
    """The first day of the month after next, in which one project offers nothing."""
    return (timezone.now().date().replace(day=1) + timedelta(days=70)).replace(day=1)


def _ask_everything() -> None:
    """One project whose end is chosen and that asks questions of all kinds, and one that closes for a month."""
    closed = {"start": f"{closed_month()}", "end": f"{closed_month() + timedelta(days=31)}"}
    Project.objects.filter(slug="workshop-visit").update(availability_constraints=[{"block_period": closed}])
    several = {"enum": ["Red", "Blue"], "required": True}
    Project.objects.filter(slug="two-of-us").update(
        availability={"customer_chooses_end": True},
        customer_fields={
            "name": {"required": True},
            "email": {"format": "email", "required": True},
            "colour": several | {"title": "Colour", "format": "select"},
            "extras": several | {"title": "Extras", "format": "checkbox"},
        },
    )


def _cover(page: Page, pages: Iterable[object], used: dict[str, set[int]]) -> None:
    sheets: dict[str, str] = {}
    protocol = page.context.new_cdp_session(page)

    def added(event: dict[str, Any]) -> None:
        name = Path(event["header"]["sourceURL"]).name.partition(".")[0]
        sheets[event["header"]["styleSheetId"]] = name

    protocol.on("CSS.styleSheetAdded", added)
    protocol.send("DOM.enable")
    protocol.send("CSS.enable")
    protocol.send("CSS.startRuleUsageTracking")
    for _page in pages:
        page.wait_for_timeout(100)
        for one in protocol.send("CSS.takeCoverageDelta")["coverage"]:
            if one["used"] and sheets.get(one["styleSheetId"]) in used:
                used[sheets[one["styleSheetId"]]].add(int(one["startOffset"]))
    protocol.send("CSS.stopRuleUsageTracking")


def take_pictures(browser: Browser, site: str, folder: Path) -> None:
    """Those that the documents show, of the demo as it is made."""
    wide = {"home": "home", "choose": "choose-time", "details": "details", "booked": "booked"}
    for screen, wanted in ((DESKTOP, wide), (PHONE, {"choose": "phone"})):
        page = browser.new_context(viewport=screen, locale="en-GB", timezone_id="Europe/Berlin").new_page()
        for name in walk(page, site):
            if name in wanted:
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f"{wanted[name]}.png")
        page.context.close()


def main(folder: str | None) -> int:
    missed = 0
    with served() as site, chromium() as browser:
        first = {"home": "/", "choose": "/book/commission/", "home, Arabic": "/?lang=ar"}
        first |= {"choose, Arabic": "/book/commission/?lang=ar", "find": "/find/"}
        for name, url in first.items():
            measured(browser, site + url)  # the server has read its templates then
            painted, moved, size = measured(browser, site + url)
            missed += painted > LATEST_MS or moved > MOST_SHIFT or size > MOST_BYTES
            print(f"{name:16} {painted:6.0f} ms   shift {moved:.4f}   {size / 1000:6.1f} kB")
        sizes = {name: (SHEETS / f"{name}.css").stat().st_size for name in OURS}
        missed += sum(sizes.values()) > MOST_CSS
        print(f"sheets           {sum(sizes.values()) / 1000:6.1f} kB  {sizes}")
        staff = {one.stem: one.stat().st_size for one in STAFF.glob("*.css")}
        missed += sum(staff.values()) > MOST_CSS
        print(f"sheets, desk     {sum(staff.values()) / 1000:6.1f} kB  {staff}")
        _ask_everything()
        if folder:
            take_pictures(browser, site, Path(folder))
        small = too_small(browser, site)
        missed += bool(small)
        print(f"lower than {LEAST_PX} px on a phone: {len(small)}", *small, sep="\n  ")
        dead = dead_rules(browser, site) + dead_at_the_desk(browser, site)
        print(f"rules that dressed nothing: {len(dead)}", *dead, sep="\n  ")
    return missed


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1] if len(sys.argv) > 1 else None)))
