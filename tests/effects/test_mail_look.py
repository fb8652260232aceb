"""How mails look: the card of the pages as a table, from the facts that their text has, too."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.accents import DARK, DEFAULT_ACCENT, LIGHT, accents
from bookings.effects.link_mail import ask_for_links
from bookings.effects.links import manage_token
from bookings.effects.mail_preview import preview
from bookings.lifecycle import Actor, act
from bookings.models import Booking, Customer, MailKind, MailWords, Site
from tests.admin.conftest import logged_in
from tests.effects.conftest import work
from tests.effects.test_mail import DOC, doc, html_of, mails_to
from tests.faults import SCHEMES, faults_on_screens
from tests.situations import a_booking, a_project, at

pytestmark = pytest.mark.django_db
MARTY = "marty@example.com"
WINE, MOSS = "#6b2346", "#4d5d2a"

LINES_OF = """(words) => {
  const found = document.evaluate(`//td//text()[contains(., "${words}")]`, document.body, null, 7, null);
  const text = found.snapshotItem(found.snapshotLength - 1);
  const range = document.createRange();
  range.setStart(text, text.data.indexOf(words));
  range.setEnd(text, text.data.indexOf(words) + words.length);
  return range.getClientRects().length;
}"""


def told(mailoutbox, address=MARTY):
    work()
    return mails_to(address, mailoutbox)[-1]


def printed_side(html):
    return html[html.index('class="said pad') : html.index('class="card ink pad"')]


def test_the_printed_side_is_the_accent_of_the_project_else_of_the_site_else_ours(mailoutbox):
    resource = doc()
    project = a_project(resource, accent=WINE)
    Site.objects.update_or_create(pk=1, defaults={"accent": MOSS})
    for hour, of, colour in ((9, project, WINE), (11, None, MOSS)):
        a_booking(resource, at(hour), project=of)
        html = html_of(told(mailoutbox))
        assert f"background:{colour}" in printed_side(html)
        assert f".said {{ background: {accents(colour).dark.cover} !important" in html
    Site.objects.update(accent="")
    a_booking(resource, at(13))
    assert f"background:{DEFAULT_ACCENT}" in printed_side(html_of(told(mailoutbox)))


def test_an_accent_that_is_not_legible_on_paper_is_darkened_as_on_the_pages(mailoutbox):
    Site.objects.update_or_create(pk=1, defaults={"accent": "#ffee00"})
    a_booking(doc(), at(9))
    html = html_of(told(mailoutbox))
    assert "#ffee00" not in html
    assert f"background:{accents('#ffee00').light.cover}" in printed_side(html)


def test_what_waits_is_drawn_in_pencil_and_what_is_over_has_no_ring(mailoutbox):
    booking = a_booking(doc(), at(9), graph="confirm_decline")
    for address, pill in ((MARTY, "Waiting for an answer"), (DOC, "Waiting for an answer")):
        side = printed_side(html_of(told(mailoutbox, address)))
        assert f"background:{LIGHT.wait_wash}" in side
        assert f"border:2px dashed {LIGHT.wait};border-radius:50%" in side
        assert re.search(rf">{pill}<", side)
    act(booking, "decline", by=Actor("staff"))
    side = printed_side(html_of(told(mailoutbox)))
    assert f"background:{LIGHT.card_2}" in side
    assert "border-radius:50%" not in side
    assert ">Declined<" in side


def test_the_pill_says_how_it_stands_in_the_words_of_the_reader(mailoutbox):
    booking = a_booking(doc(), at(9))
    assert ">✓ Confirmed<" in printed_side(html_of(told(mailoutbox)))
    act(booking, "cancel_by_customer", by=Actor.customer())
    assert ">Cancelled by you<" in printed_side(html_of(told(mailoutbox)))
    assert ">Cancelled by the customer<" in printed_side(html_of(told(mailoutbox, DOC)))


@pytest.mark.parametrize(("begins", "letters"), [("monday", "MoTuWeThFrSaSu"), ("sunday", "SuMoTuWeThFrSa")])
def test_the_week_has_the_order_of_the_site_and_its_day_is_ringed(mailoutbox, begins, letters):
    Site.objects.update_or_create(pk=1, defaults={"week_start": begins})
    a_booking(doc(), at(9))  # Monday 14 March
    side = printed_side(html_of(told(mailoutbox)))
    week = re.findall(r">(\w\w)<br><span[^>]*>(\d+)<", side)
    assert "".join(day for day, _number in week) == letters
    ringed = re.findall(r"border-radius:50%[^>]*>(\w\w)<br><span[^>]*>(\d+)<", side)
    assert ringed == [("Mo", "14")]


def test_a_list_of_mails_shows_when_with_whom_and_until_when_it_can_be_changed(mailoutbox):
    a_booking(doc(name="Emmett Brown"), at(9), min_cancel_time=timedelta(days=1))
    html = html_of(told(mailoutbox))
    (first, *_rest) = (
        text.strip() for text in re.findall(r">([^<]+)<", html[html.index("<body") :]) if text.strip()
    )
    assert first == (
        "Monday 14 March, 10:00–11:00, with Emmett Brown. "
        "You can change or cancel it until Sunday 13 March, 10:00, Berlin time."
    )


@pytest.mark.browser
@pytest.mark.looks
def test_a_long_fact_leaves_the_words_of_the_short_ones_whole(mailoutbox, browser):
    """On a phone, also in a program that drops the sheet."""
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    where = "Courthouse Square, 1 Courthouse Square, Hill Valley, CA 95420"
    customer = Customer(name="Marty McFly", email=MARTY, language="de")
    booking = a_booking(doc(name="Emmett Brown"), at(9), where=where, customer=customer)
    sheet = re.compile(r"<style>.*?</style>", re.DOTALL)
    page = browser.new_page(viewport={"width": 320, "height": 568})
    page.set_content(sheet.sub("", html_of(told(mailoutbox))))
    for words in ("Emmett", "Brown", booking.reference):
        tall = page.evaluate(LINES_OF, words)
        assert tall == 1, words
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


@pytest.mark.browser
@pytest.mark.looks
def test_a_word_that_fits_beside_the_longest_label_stays_whole_and_a_longer_one_widens_nothing(
    mailoutbox, browser
):
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    page = browser.new_page(viewport={"width": 320, "height": 568})
    for hour, where, is_whole in ((9, "Courthouse", True), (11, "Rathausvorplatzgarage", False)):
        customer = Customer(name="Marty McFly", email=MARTY, language="de")
        a_booking(doc(), at(hour), where=where, customer=customer)
        page.set_content(re.sub(r"<style>.*?</style>", "", html_of(told(mailoutbox)), flags=re.DOTALL))
        assert (page.evaluate(LINES_OF, where) == 1) == is_whole, where
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


@pytest.mark.browser
@pytest.mark.looks
def test_the_address_in_an_invitation_of_staff_is_no_wider_than_a_phone(mailoutbox, browser):
    invited = {"username": "anna", "email": "anna@example.org", "role": "desk", "how": "mail"}
    logged_in("manager").post(reverse("admin:auth_user_invite"), invited)
    letter = told(mailoutbox, "anna@example.org")
    assert len(re.search(r"http\S+", letter.body)[0]) > 60
    page = browser.new_page(viewport={"width": 320, "height": 568})
    page.set_content(html_of(letter))
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


def test_whoever_is_to_go_there_is_led_to_a_map_and_nobody_else(mailoutbox):
    resource = doc()
    here, online = a_project(resource), a_project(resource, place="online")
    a_booking(resource, at(9), project=here, where="Hill Valley")
    letter, to_owner = told(mailoutbox), told(mailoutbox, DOC)
    for said in (letter.body, html_of(letter)):
        assert "https://www.openstreetmap.org/search?query=Hill%20Valley" in said
        assert "Plan the way" in said
    assert "openstreetmap" not in to_owner.body + html_of(to_owner)
    a_booking(resource, at(12), project=online, where="A call")
    letter = told(mailoutbox)
    assert "openstreetmap" not in letter.body + html_of(letter)
    booking = a_booking(resource, at(15), project=here, where="Hill Valley")
    act(booking, "cancel", by=Actor("staff"))
    assert "openstreetmap" not in told(mailoutbox).body


@pytest.mark.parametrize(("place", "led"), [("in_person", "10:00"), ("online", "11:00")])
def test_a_mail_leads_with_the_clocks_that_the_page_leads_with(client, mailoutbox, place, led):
    resource = doc()
    guest = Customer(name="Marty McFly", email=MARTY, timezone="Europe/Athens")
    booking = a_booking(resource, at(9), project=a_project(resource, place=place), customer=guest)
    letter = told(mailoutbox)
    large = re.search(r"font-size:52px[^>]*>(.*?)<", html_of(letter))[1]
    page = client.get(f"/b/{manage_token(booking)}/").content.decode()
    shown = re.search(r'done__time">([^<–]*)', page)[1]
    assert large == shown == led
    assert f", {led}, " in letter.subject
    assert letter.body.partition("When: ")[2].partition(", ")[2].startswith(led)


def test_an_entry_for_the_calendar_is_named_where_one_is_attached(mailoutbox):
    a_booking(doc(), at(9))
    a_booking(doc(), at(9), graph="confirm_decline")
    work()
    assert len(mailoutbox) == 4
    for letter in mailoutbox:
        attached = any(part.get_content_type() == "text/calendar" for part in letter.message().walk())
        for said in (letter.body, html_of(letter)):
            assert ("The entry for your calendar is attached." in said) is attached


@pytest.mark.parametrize("ends", ["decline", "cancel_by_customer"])
def test_the_time_of_what_is_given_up_is_struck_through(mailoutbox, ends):
    booking = a_booking(doc(), at(9), graph="confirm_decline" if ends == "decline" else "instant")
    assert "line-through" not in html_of(told(mailoutbox))
    act(booking, ends, by=Actor("staff") if ends == "decline" else Actor.customer())
    struck = re.findall(r"text-decoration:line-through[^>]*>([^<]+)<", html_of(told(mailoutbox)))
    assert struck == ["10:00"]


def test_the_time_of_a_visit_that_was_is_not_struck_through(mailoutbox):
    site = Site.objects.update_or_create(pk=1)[0]
    booking = a_booking(doc(), at(9))
    act(booking, "complete", by=Actor("staff"))
    booking = Booking.objects.in_full().get(pk=booking.pk)
    assert not booking.state.occupies
    words = MailWords(kind=MailKind.CUSTOMER_AFTERWARDS, language=site.language)
    assert "line-through" not in html_of(preview(words, booking, MARTY))


def test_html_and_text_tell_the_same_facts(mailoutbox):
    texts = {
        "price": Decimal("37.50"),
        "currency": "EUR",
        "where": "Hill Valley",
        "description": "Two of us.\nOne dog.",
    }
    a_booking(doc(), at(9), **texts)
    for letter in (told(mailoutbox), told(mailoutbox, DOC)):
        rows = re.findall(r"^([A-Z][\w-]+): (.+)$", letter.body, re.MULTILINE)
        assert {"What", "With", "Where", "Price", "For", "Reference"} < dict(rows).keys()
        html = html_of(letter).replace("<wbr>", "")
        for label, value in rows:
            if label != "When":
                assert re.search(rf">{label}<", html), label
                assert re.search(rf'<span dir="auto">{re.escape(value)}<', html), value


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_can_be_pressed_in_a_mail_has_one_line_where_there_is_room(browser, mailoutbox, language):
    project = a_project(doc())
    guest = Customer(name="Marty McFly", email=MARTY, language=language)
    a_booking(project.resources.get(), at(9), project=project, customer=guest, where="Hill Valley")
    page = browser.new_context(viewport={"width": 640, "height": 800}).new_page()
    page.set_content(html_of(told(mailoutbox)))
    presses = page.locator("a.stack")
    assert presses.count() == 2
    heights = presses.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert heights == [50, 50]
    page.context.close()


def test_an_address_breaks_behind_its_sign_and_what_was_typed_stays_escaped(mailoutbox):
    guest = Customer(name="Marty <b>McFly</b>", email=MARTY)
    a_booking(doc(), at(9), customer=guest)
    html = html_of(told(mailoutbox, DOC))
    assert '<span dir="auto">marty@<wbr>example.com</span>' in html
    assert "Marty &lt;b&gt;McFly&lt;/b&gt;" in html


def test_the_foot_says_why_it_came_and_whether_an_answer_reaches_somebody(mailoutbox):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 5550 1234"})
    a_booking(doc(), at(9))
    letter, to_owner = told(mailoutbox), told(mailoutbox, DOC)
    for said in (letter.body, html_of(letter)):
        assert "You get this because you booked a time." in said
        assert "Answers to this mail reach us." in said
    assert 'href="tel:+493055501234"' in html_of(letter)
    assert "because you booked" not in to_owner.body
    a_booking(doc(email=""), at(9))
    assert "Answers to this mail" not in told(mailoutbox).body


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_mail_is_read_on_the_smallest_screen_and_by_ear_in_both_schemes(browser, mailoutbox, language):
    resource = doc(name="Wolfeschlegelsteinhausen" * 2)
    project, asked = a_project(resource), a_project(resource, graph="confirm_decline")
    guest = {"name": "Marty McFly", "email": MARTY, "language": language, "timezone": "America/New_York"}
    for day, (graph, of) in enumerate(
        [("instant", project), ("confirm_decline", asked), ("instant_payment", project)]
    ):
        a_booking(
            resource,
            at(9, days=day),
            graph=graph,
            project=of,
            customer=Customer(**guest),
            where="Hill Valley",
        )
    over = a_booking(
        resource, at(9, days=7), graph="confirm_decline", project=asked, customer=Customer(**guest)
    )
    work()
    act(over, "decline", by=Actor("staff"))
    ask_for_links(MARTY, language=language, now=at(9))
    work()
    assert len(mailoutbox) > 8
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    for letter in mailoutbox:
        page.set_content(html_of(letter))
        for scheme in SCHEMES:
            assert faults_on_screens(page, [320], [scheme]) == [], letter.subject
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            paper = DARK if scheme == "dark" else LIGHT
            assert ground == f"rgb{tuple(int(paper.desk[one : one + 2], 16) for one in (1, 3, 5))}"
    context.close()
