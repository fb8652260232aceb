"""The desk wears the colours of the customer's pages, each written once, in the scheme that staff chose."""

import re

import pytest
from django.conf import settings

LIGHT, DARK = "rgb(251, 249, 244)", "rgb(34, 31, 27)"


def colours(sheet: str) -> set[str]:
    return set(re.findall(r"#[0-9a-f]{3,8}\b", (settings.BASE_DIR / "static" / sheet).read_text()))


def test_no_colour_of_the_tokens_is_written_again():
    assert colours("look/tokens.css") & colours("staff/staff.css") == set()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("system", "chosen", "paper"),
    [("light", "auto", LIGHT), ("dark", "auto", DARK), ("light", "dark", DARK), ("dark", "light", LIGHT)],
)
def test_the_desk_is_in_the_scheme_that_staff_chose(browser, live_server, system, chosen, paper):
    context = browser.new_context(color_scheme=system)
    context.add_init_script(f"localStorage.setItem('theme', '{chosen}')")
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/login/")
    shown = page.locator("#container").evaluate("one => getComputedStyle(one).backgroundColor")
    assert shown == paper
    context.close()
