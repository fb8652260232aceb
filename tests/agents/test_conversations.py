"""Conversations with the official client, in both eras, by an assistant that is careful and one that is clumsy."""

from datetime import datetime, timedelta

import pytest

from bookings.effects.links import manage_token, manage_url
from bookings.lifecycle import Actor, act
from bookings.models import Booking, HistoryEntry, Occupancy, Option, Project, Reservation
from tests.agents.clumsy import Clumsy
from tests.agents.conftest import ERAS, MARTY, Agent
from tests.situations import (
    HOUR,
    a_booking,
    a_project,
    a_resource,
    a_server_key,
    a_session,
    aged,
)


@pytest.fixture(params=ERAS)
def era(request):
    return request.param


@pytest.fixture(params=[Agent, Clumsy])
def agent(request, era, db):
    return request.param(era=era)


def find(agent, project, start, **more):
    window = {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    return agent.done("find_times", project=project.slug, **window, **more)


def hold(agent, project, start, **more):
    """Hold what is found at that moment, as somebody who may hold another in its place."""
    found = find(agent, project, start, **{name: more[name] for name in ("option", "with_") if name in more})
    picked = found["times"][0]
    pick = {"session": picked["session"]} if "session" in picked else {"start": picked["start"]}
    return agent.done("hold_time", project=project.slug, **pick, **{"visitor": found["visitor"]} | more)


def book(agent, held, **answers):
    return agent.confirmed("book", hold=held["hold"], answers=MARTY | answers)["booking"]


def booked(agent, project, start, **more):
    return book(agent, hold(agent, project, start, **more))


def only() -> Booking:
    return Booking.objects.get(continued_by=None, version__offers_seats=False)


def test_it_books(agent, project, tomorrow):
    told = booked(agent, project, tomorrow)
    assert (told["reference"], told["stands"]) == (only().reference, True)
    assert only().customer.email == "marty@example.com"
    assert only().start == tomorrow


def test_a_time_is_taken_meanwhile_and_a_near_one_booked(agent, project, doc, tomorrow):
    found = find(agent, project, tomorrow)
    a_booking(doc, tomorrow)
    refused = agent.call(
        "hold_time", project=project.slug, start=found["times"][0]["start"], visitor=found["visitor"]
    )
    assert refused.refused
    assert refused["error"] == "slot_taken"
    near = refused["alternatives"][0]
    held = agent.done("hold_time", project=project.slug, start=near["start"], visitor=found["visitor"])
    assert book(agent, held)["start"] == near["start"]


def test_it_moves_the_booking_and_the_old_time_is_free(agent, project, tomorrow):
    told = booked(agent, project, tomorrow)
    later = (tomorrow + 2 * HOUR).isoformat()
    moved = agent.confirmed("move_booking", link=told["link"], start=later)["booking"]
    assert only().start == tomorrow + 2 * HOUR
    assert moved["reference"] == told["reference"]
    assert find(agent, project, tomorrow)["times"][0]["start"][:13] == told["start"][:13]


def test_it_cancels_the_booking(agent, project, tomorrow):
    told = booked(agent, project, tomorrow)
    ended = agent.confirmed("cancel_booking", link=told["link"])
    assert ended["status"] == "ended"
    assert not only().state.occupies
    assert set(HistoryEntry.objects.values_list("actor", flat=True)) == {"agent"}


def test_it_asks_why_not_and_books_what_is_near(agent, doc, tomorrow):
    period = {"start": tomorrow.isoformat(), "end": (tomorrow + 3 * HOUR).isoformat()}
    doc.availability_constraints = [{"allow_period": period}]
    doc.save()
    project = a_project(doc)
    early = (tomorrow - 2 * HOUR).isoformat()
    why = agent.done("why_not", project=project.slug, start=early)
    assert why["offered"] is False
    assert [one["rule"] for one in why["rules"][0]["broken"]] == ["resource_constraints"]
    held = agent.done(
        "hold_time",
        project=project.slug,
        start=why["near"][0]["start"],
        visitor=find(agent, project, tomorrow)["visitor"],
    )
    book(agent, held)
    assert only().start == tomorrow
    assert agent.done("why_not", project=project.slug, start=tomorrow.isoformat())["offered"] is False


def test_it_books_a_seat_of_a_session(agent, doc, tomorrow):
    project = a_project(doc, graph="group_customer")
    session = a_session(doc, tomorrow, seats=2, project=project)
    told = booked(agent, project, tomorrow - HOUR)
    assert only().session == session
    assert told["stands"]
    assert Booking.objects.get(pk=session.pk).seats_taken == 1


def test_the_cut_off_that_is_told_is_the_one_that_is_booked(agent, doc, tomorrow):
    """What the project says goes before what its session says."""
    said = {"min_cancel_time": "2 hours"}
    project = a_project(doc, booking={"graph": "group_customer", "settings": said})
    a_session(doc, tomorrow, seats=2, project=project, min_cancel_time=4 * HOUR)
    held = hold(agent, project, tomorrow - HOUR)
    told = book(agent, held)
    assert only().min_cancel_time == 2 * HOUR
    assert held["terms"]["change_or_cancel_until"] == told["change_or_cancel_until"]


def test_it_books_several_seats_of_a_session(agent, doc, tomorrow):
    project = a_project(doc, booking={"graph": "group_customer", "settings": {"max_places": 3}})
    project.options.update(price="12.50", currency="EUR")
    narrow = a_session(doc, tomorrow, seats=2, project=project)
    roomy = a_session(doc, tomorrow + 2 * HOUR, seats=5, project=project)
    found = find(agent, project, tomorrow - HOUR)
    assert [(one["places"], one["most_places"]) for one in found["times"]] == [(2, 3), (5, 3)]
    wish = {"project": project.slug, "visitor": found["visitor"], "places": 3}
    refused = agent.call("hold_time", session=str(narrow.pk), **wish)
    assert (refused["error"], refused["places_left"]) == ("group_full", 2)
    assert [one["session"] for one in refused["alternatives"]] == [str(roomy.pk)]
    too_many = agent.call("hold_time", session=str(roomy.pk), **wish | {"places": 4})
    assert (too_many["error"], too_many["most_places"]) == ("too_many_places", 3)
    held = agent.done("hold_time", session=str(roomy.pk), **wish)
    assert (held["terms"]["places"], held["terms"]["price"]["words"]) == (3, "€37.50")
    assert book(agent, held)["places"] == 3
    assert Booking.objects.get(pk=roomy.pk).seats_taken == 3


def test_a_time_that_is_no_seat_is_held_once(agent, project, tomorrow):
    refused = agent.call("hold_time", project=project.slug, start=tomorrow.isoformat(), places=2)
    assert (refused["error"], list(refused["errors"])) == ("invalid", ["places"])


def test_a_full_session_is_refused_and_another_one_booked(agent, doc, tomorrow):
    project = a_project(doc, graph="group_customer")
    full = a_session(doc, tomorrow, seats=1, project=project)
    other = a_session(doc, tomorrow + 2 * HOUR, seats=1, project=project)
    found = find(agent, project, tomorrow - HOUR)
    Booking.objects.filter(pk=full.pk).update(seats_taken=1)
    refused = agent.call("hold_time", project=project.slug, session=str(full.pk), visitor=found["visitor"])
    assert refused["error"] == "group_full"
    assert [one["session"] for one in refused["alternatives"]] == [str(other.pk)]
    held = agent.done("hold_time", project=project.slug, session=str(other.pk), visitor=found["visitor"])
    book(agent, held)
    assert only().session == other


def test_what_is_to_be_paid_is_kept_and_the_link_leads_to_the_payment(agent, doc, tomorrow, client):
    project = a_project(doc, graph="instant_payment", pay_url="https://pay.example/")
    held = hold(agent, project, tomorrow)
    assert "paid" in held["terms"]["next"]
    told = book(agent, held)
    assert told["settled"] is False
    page = client.get(told["link"].removeprefix("http://testserver")).content.decode()
    assert "https://pay.example/" in page


def test_a_wrong_zone_is_told_the_right_one(agent, project, tomorrow):
    refused = agent.call("find_times", project=project.slug, zone="Europe/Berln")
    said = refused["errors"]["zone"]
    assert "Europe/Berlin" in said[-1]
    found = find(agent, project, tomorrow, zone="America/New_York")
    assert found["times"][0]["start"].endswith(("-05:00", "-04:00"))
    held = agent.done(
        "hold_time", project=project.slug, start=found["times"][0]["start"], visitor=found["visitor"]
    )
    book(agent, held)
    assert only().start == tomorrow


def test_a_hold_that_ended_books_nothing_and_is_held_again(agent, project, tomorrow):
    held = hold(agent, project, tomorrow)
    aged(Reservation.objects.get())
    late = agent.call("book", hold=held["hold"], answers=MARTY)
    assert late["error"] == "reservation_gone"
    assert late["alternatives"]
    assert not Booking.objects.exists()
    booked(agent, project, tomorrow)
    assert only().start == tomorrow


def test_each_call_sent_three_times_does_what_one_does(agent, project, tomorrow):
    found = find(agent, project, tomorrow)
    start = found["times"][0]["start"]
    holds = [
        agent.done("hold_time", project=project.slug, start=start, visitor=found["visitor"])["hold"]
        for _time in range(3)
    ]
    assert len(set(holds)) == 1
    links = [agent.confirmed("book", hold=holds[0], answers=MARTY)["booking"]["link"] for _time in range(3)]
    assert len(set(links)) == 1
    later = (tomorrow + HOUR).isoformat()
    moved = [agent.confirmed("move_booking", link=links[0], start=later) for _time in range(3)]
    assert len({one["booking"]["link"] for one in moved}) == 1
    ended = [agent.confirmed("cancel_booking", link=links[0])["status"] for _time in range(3)]
    assert ended == ["ended"] * 3
    assert HistoryEntry.objects.count() == 4


def test_a_person_who_says_no_has_booked_nothing(agent, project, tomorrow):
    held = hold(agent, project, tomorrow)
    agent.says = "no"
    answer = agent.call("book", hold=held["hold"], answers=MARTY)
    assert answer["error" if agent.asks else "status"] in {"not_confirmed", "confirmation_needed"}
    assert not Booking.objects.exists()
    agent.says = "yes"
    book(agent, held)
    assert only()


def test_a_request_is_answered_by_who_has_the_key(agent, doc, tomorrow):
    project = a_project(doc, graph="request")
    told = booked(agent, project, tomorrow)
    assert told["settled"] is False
    owner = type(agent)(era=agent.era, key=a_server_key(project)[1])
    (waiting,) = owner.done("queue")["waiting"]
    actions = {one["action"] for one in waiting["actions"]}
    assert {"confirm", "decline"} <= actions
    answered = owner.confirmed("decide", booking=waiting["booking"], action="confirm")
    assert answered["booking"]["reference"] == told["reference"]
    assert agent.done("get_booking", link=told["link"])["booking"]["settled"]
    day = owner.done("day", date=f"{tomorrow:%Y-%m-%d}", zone="UTC")
    assert [one["reference"] for one in day["bookings"]] == [told["reference"]]
    assert HistoryEntry.objects.filter(actor="agent").exclude(actor_id="").count() == 1


def test_it_chooses_an_option_and_with_whom(agent, doc, tomorrow):
    jules = a_resource(name="Jules", slug="jules")
    project = a_project(doc, jules, availability={"mode": "roundrobin_prioritized"})
    longer = Option.objects.create(project=project, label="Longer", length=2 * HOUR, price=50, currency="EUR")
    listed = agent.done("list_projects")["projects"]
    (told,) = [one for one in listed if one["project"] == project.slug]
    assert told["with"] == ["emmett", "jules"]
    held = hold(agent, project, tomorrow, option=str(longer.pk), with_="jules")
    assert held["terms"]["price"]["amount"] == "50.00"
    book(agent, held)
    assert (only().resource, only().length) == (jules, 2 * HOUR)


def test_two_who_want_the_same_time_get_one_each_of_those_who_are_free(agent, doc, tomorrow):
    project = a_project(doc, a_resource(), availability={"mode": "roundrobin_prioritized"})
    other = type(agent)(era=agent.era, address="198.51.100.9")
    mine, theirs = hold(agent, project, tomorrow), hold(other, project, tomorrow)
    book(agent, mine)
    book(other, theirs, email="jennifer@example.com")
    taken = Booking.objects.filter(start=tomorrow)
    assert {one.resource_id for one in taken} == {link.resource_id for link in project.links.all()}


def test_what_has_to_be_agreed_to_is_told_and_needed(agent, project, tomorrow):
    Project.objects.update(consent="I bring plutonium.")
    held = hold(agent, project, tomorrow)
    assert held["terms"]["typed"]["agreement"] == "I bring plutonium."
    refused = agent.call("book", hold=held["hold"], answers=MARTY)
    assert list(refused["errors"]) == ["answers.consent"]
    book(agent, held, consent=True)
    assert only()


def test_of_two_times_that_were_held_the_first_is_free_again(agent, project, tomorrow):
    first = hold(agent, project, tomorrow)
    second = hold(agent, project, tomorrow + 3 * HOUR, visitor=first["visitor"])
    assert Reservation.objects.live().count() == 1
    stale = agent.call("book", hold=first["hold"], answers=MARTY)
    assert stale["error"] == "reservation_gone"
    book(agent, second)
    assert only().start == tomorrow + 3 * HOUR


def test_wrong_answers_are_told_all_at_once_and_then_right(agent, project, tomorrow):
    fields = {
        "name": {"required": True},
        "email": {"format": "email", "required": True},
        "size": {"title": "Size", "format": "select", "enum": ["S", "L"], "required": True},
        "extras": {"title": "Extras", "format": "checkbox", "enum": ["tea", "cake"]},
        "seats": {"title": "How many", "required": True},
    }
    Project.objects.update(customer_fields=fields)
    held = hold(agent, project, tomorrow)
    wrong = {"email": "marty", "size": "XL", "extras": ["beer"], "colour": "red"}
    refused = agent.call("book", hold=held["hold"], answers=wrong)
    assert refused["errors"].keys() == {
        f"answers.{name}" for name in ("name", "email", "size", "extras", "seats", "colour")
    }
    book(agent, held, size="L", extras=["tea", "cake"], seats=4)
    assert only().customer.answers == {"size": "L", "extras": ["tea", "cake"], "seats": "4"}


def test_after_the_cut_off_a_booking_of_the_person_stays(agent, project, doc, tomorrow):
    own = a_booking(doc, tomorrow, project=project, min_cancel_time=timedelta(days=5))
    told = agent.done("get_booking", link=manage_url(own))
    assert (told["may_move"], told["may_cancel"]) == (False, False)
    if agent.asks:
        refused = agent.call("cancel_booking", link=manage_url(own))
    else:
        asked = agent.call("cancel_booking", link=manage_url(own))
        refused = agent.call("cancel_booking", link=manage_url(own), confirmation=asked["confirmation"])
    assert refused["error"] == "window_closed"
    assert only().state.occupies


def test_an_old_link_leads_to_the_booking_as_it_stands(agent, project, tomorrow):
    told = booked(agent, project, tomorrow)
    agent.confirmed("move_booking", link=told["link"], start=(tomorrow + HOUR).isoformat())
    stands = agent.done("get_booking", link=told["link"])
    assert stands["booking"]["start"] > told["start"]
    agent.confirmed("cancel_booking", link=told["link"])
    assert not Occupancy.objects.exists()


def test_what_staff_cancelled_meanwhile_is_not_moved(agent, project, tomorrow):
    told = booked(agent, project, tomorrow)
    act(only(), "cancel", by=Actor.owner())
    refused = agent.call("move_booking", link=told["link"], start=(tomorrow + HOUR).isoformat())
    assert refused["error"] == "action_not_available"
    assert refused["booking"]["stands"] is False


def test_it_chooses_the_end_where_that_is_the_persons(agent, doc, tomorrow):
    project = a_project(doc, availability={"customer_chooses_end": True, "max_length": "4 hours"})
    found = find(agent, project, tomorrow)
    time = found["times"][0]
    assert datetime.fromisoformat(time["latest_end"]) == tomorrow + 4 * HOUR
    end = (tomorrow + 3 * HOUR).isoformat()
    held = agent.done(
        "hold_time", project=project.slug, start=time["start"], end=end, visitor=found["visitor"]
    )
    book(agent, held)
    assert only().length == 3 * HOUR


def test_a_link_of_somebody_else_shows_that_booking_alone(agent, project, doc, tomorrow):
    own, other = booked(agent, project, tomorrow), a_booking(doc, tomorrow + HOUR, project=project)
    token = own["link"].rstrip("/").rpartition("/")[2]
    foreign = manage_token(other)
    mixed = foreign[:23] + token[23:]
    assert agent.call("get_booking", link=mixed).refused
    assert agent.done("get_booking", link=token)["booking"]["reference"] == own["reference"]
