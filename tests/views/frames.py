"""A page in a frame of another site's page, as a browser draws both."""

import pytest

HEIGHT_ONCE_DRAWN = """() => new Promise(told => requestAnimationFrame(() => requestAnimationFrame(
    () => told(document.documentElement.offsetHeight))))"""


def wait_until_drawn(page, frame):
    """The frame is as high as what is in it, on the screen, too.

    Within the moment in which a frame changes its height the browser gives a press to the page around it.
    """
    around = page.locator("iframe")
    for _look in range(100):
        if frame.locator("html").evaluate(HEIGHT_ONCE_DRAWN) == around.evaluate("one => one.offsetHeight"):
            break
    else:
        pytest.fail("The frame does not get as high as what is in it.")
    page.evaluate(HEIGHT_ONCE_DRAWN)
