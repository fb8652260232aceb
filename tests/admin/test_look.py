"""The desk wears the colours of the customer's pages, each written once, in the scheme that staff chose."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from bookings.models import Webhook
from bookings.templatetags.staff import without_the_app
from tests.admin.conftest import logged_in, text_of
from tests.situations import a_resource

LIGHT, DARK = "rgb(253, 251, 247)", "rgb(32, 29, 26)"


def colours(sheet: str) -> set[str]:
    return set(re.findall(r"#[0-9a-f]{3,8}\b", (settings.BASE_DIR / "static" / sheet).read_text()))


def test_no_colour_of_the_tokens_is_written_again():
    assert colours("look/tokens.css") & (colours("staff/frame.css") | colours("staff/staff.css")) == set()


@pytest.mark.django_db
def test_no_page_of_an_app_stands_between_the_desk_and_a_list(admin):
    """The app and its list of bookings have one name, which was read twice."""
    hook = Webhook.objects.create(url="https://example.com/?a=<b>&c")
    places = [reverse("admin:bookings_webhook_changelist"), reverse("admin:bookings_webhook_add")]
    places += [
        reverse(f"admin:bookings_webhook_{name}", args=[hook.pk]) for name in ("change", "history", "delete")
    ]
    for place in [*places, reverse("admin:auth_user_changelist"), reverse("admin:bookings_booking_calendar")]:
        crumbs = re.search(
            r'<nav aria-label="Breadcrumbs">(.*?)</nav>', text_of(admin.get(place)), re.DOTALL
        )[1]
        links = re.findall(r'href="([^"]*)"', crumbs)
        assert links[0] == reverse("admin:index"), place
        assert not {"/admin/bookings/", "/admin/auth/"} & set(links), place
        assert len(re.findall(r"&rsaquo;|<li", crumbs)) in {len(links), len(links) + 1}, place
        assert "<b>" not in crumbs
    assert f'<a href="{places[0]}">Webhooks</a>' in text_of(admin.get(places[2]))


def test_only_the_crumb_of_an_app_is_taken_and_in_both_spellings_of_django():
    older = '<a href="/admin/">Home</a>\n&rsaquo; <a href="/admin/bookings/">Bookings</a>\n&rsaquo; <a href="/x/">x</a>'
    assert without_the_app(older) == '<a href="/admin/">Home</a>\n&rsaquo; <a href="/x/">x</a>'
    newer = '<li><a href="/admin/">Home</a></li><li><a href="/admin/auth/">Auth</a></li><li><a href="/x/">x</a></li>'
    assert without_the_app(newer) == '<li><a href="/admin/">Home</a></li><li><a href="/x/">x</a></li>'
    own = '<a href="/admin/">Home</a> &rsaquo; <a href="/x/">x</a> &rsaquo; Move'
    assert without_the_app(own) == own


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_whoever_may_do_everything_has_the_bar_in_one_row_and_no_button_hugs_its_word(
    browser, live_server, language
):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale=language)
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/bookings/booking/take-time/")
    assert page.locator(".deskbar").evaluate("bar => bar.offsetHeight / bar.children[0].offsetHeight") == 1
    page.set_viewport_size({"width": 768, "height": 800})
    submit = page.locator("input.default")
    expect(submit).to_have_css("padding-inline-start", "16px")
    expect(submit).to_have_css("text-align", "center")
    page.set_viewport_size({"width": 320, "height": 800})
    name, toggle = (
        page.locator(f"#header {one}").bounding_box()
        for one in ("#site-name", ".theme-toggle >> visible=true")
    )
    assert abs(name["y"] + name["height"] / 2 - toggle["y"] - toggle["height"] / 2) < 6
    context.close()


@pytest.mark.browser
@pytest.mark.looks
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


FADES = """box => [scrollX, document.documentElement.scrollWidth - innerWidth,
    ...["start", "end"].map(edge => parseInt(getComputedStyle(box).getPropertyValue(`--fade-${edge}`)))]"""


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_wide_table_fades_where_more_of_it_is_out_of_sight(browser, live_server, language):
    a_resource(name="Wolfeschlegelsteinhausen", timezone="America/Argentina/ComodRivadavia")
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale=language)
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/bookings/resource/")
    box = page.locator("#changelist .results")
    assert box.evaluate(FADES) == [0, 0, 0, 48]
    box.evaluate(f"box => box.scrollLeft = {'-' if language == 'ar' else ''}box.scrollWidth / 4")
    expect(box).to_have_css("--fade-start", "48px")
    box.evaluate(f"box => box.scrollLeft = {'-' if language == 'ar' else ''}box.scrollWidth")
    expect(box).to_have_css("--fade-end", "0px")
    assert box.evaluate(FADES) == [0, 0, 48, 0]
    page.set_viewport_size({"width": 1400, "height": 800})
    page.reload()
    assert box.evaluate(FADES) == [0, 0, 0, 0]
    context.close()


CUT = """() => [...document.querySelectorAll('.aligned .form-row :is(input, select, textarea)')].filter(
    (one) => one.offsetParent && !one.closest('.json-table')
        && one.getBoundingClientRect().right > one.closest('fieldset').getBoundingClientRect().right
).map((one) => one.name)"""


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_no_field_of_a_form_is_cut(browser, live_server):
    context = browser.new_context(viewport={"width": 320, "height": 800})
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    for name in ("booking/take-time", "resource/add", "site/setup"):
        page.goto(f"{live_server.url}/admin/bookings/{name}/")
        assert page.evaluate(CUT) == [], name
    context.close()
