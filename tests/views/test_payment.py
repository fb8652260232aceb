"""Paying: a page of the site's own where no money is real, and no offer where nothing could be paid."""

import re
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import override_settings

from bookings.availability.sessions import coming_sessions
from bookings.effects.links import manage_token
from bookings.errors import NotPayable
from bookings.graphs import flow
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor, act, book, reserve
from bookings.models import Action, Booking, HistoryEntry, Occupancy, Project, Reservation, Site, State
from tests.situations import HOUR, SERVER, a_booking, a_draft, a_project, a_resource, aged, marty
from tests.views.conftest import holds
from tests.views.test_booking_page import newest, text

pytestmark = pytest.mark.django_db
NO_MONEY = "no money moves"
PHONE_US = "Please phone us."


@pytest.fixture
def unpayable(project):
    """Its bookings wait for a payment, and it has no payment page."""
    Project.objects.filter(pk=project.pk).update(booking={"graph": "instant_payment"})
    return project


@pytest.fixture
def trial(unpayable):
    with override_settings(TEST_MODE=True):
        yield unpayable


def way_to_pay(visitor, page):
    """The URL that the booking's page leads to for paying."""
    found = [word for word in visitor.see(page).content.decode().split('"') if word.endswith("/pay/")]
    assert len(found) == 1
    return found[0]


def test_a_trial_payment_says_that_no_money_moves_and_books(visitor, trial, tomorrow):
    page = visitor.book(trial, tomorrow)
    assert "Kept for you, not paid yet" in text(visitor.see(page))
    pay = way_to_pay(visitor, page)
    said = text(visitor.see(pay))
    assert NO_MONEY in said
    assert "Pay €18" in said
    assert newest().state.name == "tentative"  # opening it pays nothing
    answer = visitor.client.post(pay, {"action": "paid"})
    assert answer["Location"] == page
    assert "Your time is booked" in text(visitor.see(page))
    assert (newest().state.name, newest().payment_id) == ("paid", "trial")
    assert visitor.client.post(pay, {"action": "paid"})["Location"] == page
    assert HistoryEntry.objects.filter(action="pay").count() == 1


def test_a_payment_that_fails_changes_nothing_and_can_be_tried_again(visitor, trial, tomorrow):
    pay = way_to_pay(visitor, visitor.book(trial, tomorrow))
    said = text(visitor.client.post(pay, {"action": "failed"}))
    assert "The payment failed" in said
    assert "try it again" in said
    assert newest().state.name == "tentative"
    visitor.client.post(pay, {"action": "paid"})
    assert newest().state.name == "paid"


def test_a_graph_with_an_action_for_a_failed_payment_plays_it(visitor, trial, tomorrow):
    version = Flow.published("instant_payment").version
    before, unpaid = (State.objects.get(version=version, name=name) for name in ("tentative", "unpaid"))
    fails = {"name": "fail", "label": "Failed", "input": Action.Input.PAYMENT, "position": 0}
    Action.objects.create(version=version, source=before, target=unpaid, **fails)
    flow._known.clear()  # in force already, which the site never changes
    page = visitor.book(trial, tomorrow)
    pay = way_to_pay(visitor, page)
    assert visitor.client.post(pay, {"action": "failed"})["Location"] == page
    assert newest().state.name == "unpaid"
    assert not Occupancy.objects.exists()
    assert "This booking ran out of time" in text(visitor.see(page))


def test_a_word_that_is_no_answer_pays_nothing(visitor, trial, tomorrow):
    pay = way_to_pay(visitor, visitor.book(trial, tomorrow))
    assert NO_MONEY in text(visitor.client.post(pay, {"action": "give me"}))
    assert newest().state.name == "tentative"


def test_a_trial_payment_that_comes_too_late_is_refused(visitor, trial, tomorrow):
    page = visitor.book(trial, tomorrow)
    pay = way_to_pay(visitor, page)
    aged(newest(), HOUR)
    assert visitor.client.post(pay, {"action": "paid"})["Location"] == page
    assert "This booking ran out of time" in text(visitor.see(page))


def test_the_page_of_a_trial_payment_exists_nowhere_else(visitor, project, unpayable, tomorrow):
    waiting = a_booking(project.resources.get(), tomorrow, graph="instant_payment", project=unpayable)
    pay = f"/b/{manage_token(waiting)}/pay/"
    for real in ("", "https://pay.example/"):
        Project.objects.update(pay_url=real)
        assert visitor.see(pay).status_code == 404
        assert visitor.client.post(pay, {"action": "paid"}).status_code == 404
    with override_settings(TEST_MODE=True):  # a payment page of one's own goes before
        assert visitor.see(pay).status_code == 404
    assert newest().state.name == "tentative"


def test_the_demos_cooking_evening_goes_from_hold_to_paid(visitor):
    call_command("demo", stdout=StringIO())
    evening = Project.objects.get(slug="cooking-evening")
    session = coming_sessions(evening.created_at).filter(project=evening).first()
    form = visitor.pick(evening, session.start, session=str(session.pk))["Location"]
    page = visitor.send(form)["Location"]
    assert "Pay €65" in text(visitor.see(page))
    visitor.client.post(way_to_pay(visitor, page), {"action": "paid"})
    assert "Your place is booked" in text(visitor.see(page))


def test_the_demos_portrait_goes_from_hold_to_paid(visitor):
    call_command("demo", stdout=StringIO())
    portrait = Project.objects.get(slug="portrait")
    start = first_time(visitor, "/book/portrait/")
    page = visitor.send(visitor.pick(portrait, start)["Location"])["Location"]
    assert "Pay €120" in text(visitor.see(page))
    visitor.client.post(way_to_pay(visitor, page), {"action": "paid"})
    assert "Your time is booked" in text(visitor.see(page))


def test_a_demo_of_an_older_release_plays_its_payments_too(db):
    dead = "https://pay.example/"
    demo, own = (a_project(a_resource(), pay_url=dead, meta=meta) for meta in ({"demo": True}, {}))
    import_module("bookings.migrations.0014_the_demo_plays_payments").play_payments(apps, None)
    demo.refresh_from_db()
    own.refresh_from_db()
    assert (demo.has_trial_payment, demo.pay_url) == (True, "")
    assert (own.has_trial_payment, own.pay_url) == (False, dead)


def test_what_cannot_be_paid_is_offered_to_no_customer(visitor, unpayable, tomorrow):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 5550 1234"})
    said = text(visitor.see("/book/lightning/"))
    assert PHONE_US in said
    assert "+49 30 5550 1234" in said.split("</main>")[0]
    assert 'class="time"' not in said
    assert "Please phone us to book" in text(home_of_two(visitor))
    answer = visitor.pick(unpayable, tomorrow)
    assert PHONE_US in text(visitor.see(answer["Location"]))
    assert not holds()


def test_what_can_be_paid_is_offered(visitor, unpayable, tomorrow):
    Project.objects.update(pay_url="https://pay.example/")
    assert PHONE_US not in text(visitor.see("/book/lightning/"))
    assert "Please phone us to book" not in text(home_of_two(visitor))
    assert "Pay €18" in text(visitor.see(visitor.book(unpayable, tomorrow)))


def test_a_hold_from_before_books_nothing_that_cannot_be_paid(visitor, unpayable, tomorrow):
    Project.objects.update(pay_url="https://pay.example/")
    form = visitor.hold(unpayable, tomorrow)
    Project.objects.update(pay_url="")
    answer = visitor.send(form)
    assert PHONE_US in text(visitor.see(answer["Location"]))
    assert not Booking.objects.exists()


def test_customers_and_widgets_are_refused_staff_and_servers_book_it(unpayable, tomorrow):
    doc = unpayable.resources.get()
    version = Flow.published("instant_payment").version
    for by in (Actor.customer(), Actor("widget")):
        with pytest.raises(NotPayable):
            book(a_draft(doc, tomorrow, project=unpayable), graph="instant_payment", by=by, customer=marty())
        held = Reservation(resource=doc, start=tomorrow, end=tomorrow + HOUR, project=unpayable)
        held.graph_version = version
        with pytest.raises(NotPayable):
            reserve(held, hold=HOUR, by=by)
    assert not Occupancy.objects.exists()
    booked = a_booking(doc, tomorrow, graph="instant_payment", project=unpayable, by=SERVER)
    assert act(booked, "pay", by=SERVER, payment_id="7").state.name == "paid"
    a_booking(doc, tomorrow + HOUR, graph="instant_payment", project=unpayable, by=Actor("staff"))


def test_what_staff_booked_and_cannot_be_paid_here_says_so(visitor, unpayable, tomorrow):
    booking = a_booking(unpayable.resources.get(), tomorrow, graph="instant_payment", project=unpayable)
    said = text(visitor.see(f"/b/{manage_token(booking)}/"))
    assert "It cannot be paid here. Please get in touch with us." in said
    assert "/pay/" not in said


def test_the_doctor_names_what_nobody_could_pay_for(unpayable):
    def said():
        told = StringIO()
        with suppress(CommandError):  # other things are wrong with a site of a test
            call_command("doctor", stdout=told)
        return told.getvalue()

    why = "WRONG Project lightning: nobody can book it. Its graph asks for a payment"
    assert why in said()
    Project.objects.update(pay_url="https://pay.example/")
    assert why not in said()


def test_the_list_and_the_single_project_say_the_same(db):
    graphs = ("instant", "instant_payment", "request", "group_customer_payment")
    ways = ({}, {"pay_url": "https://pay.example/"}, {"trial_payment": True})
    for graph in graphs:
        for way in ways:
            a_project(a_resource(), graph=graph, **way)
    a_project(a_resource(), booking={})
    for test_mode in (False, True):
        with override_settings(TEST_MODE=test_mode):
            lacking = set(Project.objects.lacking_payment())
            one_by_one = {
                project
                for project in Project.objects.all()
                if project.lacks_payment(Flow.published(project.booking.get("graph", "instant")).version)
            }
            assert lacking == one_by_one
            assert len(lacking) == (0 if test_mode else 2)


def home_of_two(visitor):
    """The first page of a site with more than one project, which would lead to it at once."""
    if Project.objects.count() == 1:
        a_project(a_resource())
    return visitor.see("/")


def first_time(visitor, url):
    """The first time that the page offers, a month further on where this one has none left."""
    for seek in ("", "?seek=next"):
        answer = visitor.client.get(url + seek, follow=True)
        if found := re.search(r'name="start" value="([^"]+)"', answer.content.decode()):
            return datetime.fromisoformat(found[1])
    raise AssertionError("no time is offered")
