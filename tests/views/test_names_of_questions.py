"""A question may have any key: what a page sends besides under that name is told apart from its answer."""

import pytest

from bookings.forms.page_names import OF_PAGES, html_name
from bookings.forms.pages import DetailsForm
from bookings.models import Booking, Project
from bookings.views import frames
from bookings.views.hold import offered, proof_page
from bookings.views.page_urls import IN_A_FRAME
from bookings.visitors.application import HIDDEN
from tests.situations import a_project, a_session
from tests.views.conftest import MARTY
from tests.views.test_booking_flow import text
from tests.views.test_frames import Framed
from tests.views.test_named_times import carried, link

pytestmark = pytest.mark.django_db
KEYS = sorted({*OF_PAGES, "website", "consent", "utm_source", "customer.name", "answer.start", "name.of.pet"})


@pytest.fixture
def asking(project):
    """Asks for all of these, and one of the answers cannot be changed."""
    questions = {key: {"title": f"About {key}"} for key in KEYS} | {
        "shown": {"title": "Plan", "format": "select", "enum": ["a", "b"], "prefilled": "b", "readonly": True}
    }
    project.customer_fields = {"name": {}, "email": {}, "phone": {}, **questions}
    project.save()
    return project


def answers():
    return {key: f"to {key}" for key in KEYS if key != "shown"}


def typed():
    return {html_name(key): answer for key, answer in answers().items()}


def test_every_question_of_a_held_time_is_answered_under_its_own_key(visitor, asking, tomorrow):
    form = visitor.hold(asking, tomorrow)
    page = text(visitor.see(form))
    assert all(f'name="{name}"' in page for name in typed())
    assert visitor.send(form, **typed()).status_code == 302
    assert Booking.objects.get().customer.answers == answers() | {"shown": "b"}


def test_so_it_is_where_the_link_names_the_time_and_somebody_else_has_it(visitor, another, asking, tomorrow):
    page = text(visitor.see(link(asking, tomorrow)))
    sent = carried(page) | MARTY | typed()
    another.book(asking, tomorrow, name="Biff Tannen", **typed())
    lost = visitor.client.post("/book/lightning/form/", sent)
    assert lost.status_code == 409
    assert 'value="to session"' in text(lost)
    chosen = sent | {"start": tomorrow.replace(hour=15).isoformat()}
    visitor.client.post("/book/lightning/form/", chosen)
    booking = Booking.objects.get(customer__name=MARTY["name"])
    assert booking.start == tomorrow.replace(hour=15)
    assert booking.customer.answers == answers() | {"shown": "b"}


def test_what_is_agreed_to_is_asked_beside_a_question_that_has_its_key(visitor, asking, tomorrow):
    Project.objects.update(consent="I may be filmed.")
    form = visitor.hold(asking, tomorrow)
    assert "Please agree to this" in text(visitor.send(form, **typed()))
    visitor.send(form, **typed(), **{"consent.given": "on"})
    assert Booking.objects.get().customer.answers == answers() | {"shown": "b", "consent.given": True}


def test_an_answer_to_a_question_for_a_website_is_no_programs(visitor, project, tomorrow):
    project.customer_fields = {"name": {}, "email": {}, "website": {"title": "Website"}}
    project.save()
    form = visitor.hold(project, tomorrow)
    assert visitor.send(form, website="https://marty.example").status_code == 302
    assert Booking.objects.get().customer.answers == {"website": "https://marty.example"}


def test_the_trap_is_under_no_name_that_a_question_gets_at_the_desk():
    assert "." in DetailsForm.TRAP


def test_what_pages_send_besides_is_all_told_apart(project, doc, tomorrow):
    names = {*IN_A_FRAME, offered.BOOKS, offered.SHOWN, proof_page.FIELD, frames.FIELD}
    Project.objects.update(embed_origins=["https://host.example"])
    seats = a_project(doc, graph="group_customer", slug="class", embed_origins=["https://host.example"])
    a_session(doc, tomorrow.replace(hour=18), seats=5, project=seats)
    more = {
        "zone": "UTC",
        "own": "UTC",
        "lang": "de",
        "with": "x",
        "option": "1",
        "places": "1",
        "utm_a": "b",
    }
    for one, hour in ((project, 12), (seats, 18)):
        page = Framed().see(link(one, tomorrow.replace(hour=hour), space="embed", **more))
        names |= carried(text(page)).keys()
    assert {"session", "start"} <= names
    assert all(html_name(name) != name for name in names - set(HIDDEN)), sorted(names)
