"""What a machine can find wrong with a page, as it stands and on other screens."""

from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SCHEMES = ("light", "dark")
# Only what is broken leaves the browser: axe's whole report costs more to send than to make.
_BROKEN = """() => axe.run({resultTypes: ["violations"]}).then(
  (found) => found.violations.map((one) => `${one.id} ${one.nodes[0].target}`))"""
# Two frames for scripts that watch the width; a colour on its way to another would be judged as neither.
_SETTLED = """() => new Promise((settled) => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const one of document.getAnimations())
    if (one.timeline === document.timeline && one.effect.getComputedTiming().endTime < Infinity) one.finish();
  settled();
})))"""


def faults_of(page: Page) -> list[str]:
    """Each broken rule of axe, with the first part of the page that breaks it."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_BROKEN)
    return found


def faults_on_screens(page: Page, widths: Iterable[int], schemes: Iterable[str] = SCHEMES) -> list[str]:
    """The faults of a page at each width in each scheme, too wide among them; it keeps the last of both."""
    assert page.viewport_size
    height, found = page.viewport_size["height"], []
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in schemes:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.evaluate(_SETTLED)
            faults = faults_of(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append("wider than the screen")
            found += [f"{width} px, {scheme}: {fault}" for fault in faults]
    return found
