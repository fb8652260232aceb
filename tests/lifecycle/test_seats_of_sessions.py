"""A seat is of a session that is open, and of nothing else; a time is of none."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from bookings import housekeeping
from bookings.effects import reminders
from bookings.effects.outbox import Sender
from bookings.errors import OptionNotOffered, SessionClosed, TooManyPlaces
from bookings.graphs.versions import publish
from bookings.lifecycle import Actor, act, act_on_all, book, reschedule, reserve
from bookings.models import (
    Action,
    Booking,
    Graph,
    GraphVersion,
    HistoryEntry,
    Option,
    OptionResource,
    OutboxMessage,
    Reservation,
    State,
)
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_project,
    a_resource,
    a_seat,
    a_seat_hold,
    a_session,
    aged,
    at,
    marty,
)

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def doc():
    return a_resource()


@pytest.fixture
def course(doc):
    return a_project(doc, graph="group_customer")


@pytest.fixture
def lesson(doc, course):
    return a_session(doc, at(10), seats=5, project=course)


def taken(session):
    session.refresh_from_db()
    return session.seats_taken


def cancelled(session):
    act(session, "cancel", by=SERVER)
    session.refresh_from_db()
    return session


def a_seat_of(session, **fields):
    return a_seat(session, project=session.project, option=session.project.options.first(), **fields)


@pytest.mark.parametrize("by", [CUSTOMER, SERVER], ids=["customer", "server"])
def test_a_seat_moves_to_no_time_without_a_session(lesson, by):
    seat = a_seat_of(lesson)
    with pytest.raises(SessionClosed):
        reschedule(seat, by=by, start=at(9, 7, days=700), end=at(10, 7, days=700))
    assert taken(lesson) == 1
    assert not Booking.objects.filter(continues=seat).exists()


def test_a_seat_moves_to_another_session_of_its_project(doc, course, lesson):
    other = a_session(doc, at(14), seats=5, project=course)
    moved = reschedule(a_seat_of(lesson), by=CUSTOMER, session=other)
    assert (moved.start, taken(lesson), taken(other)) == (at(14), 0, 1)


def test_a_session_without_a_project_takes_seats_of_any(doc, lesson):
    other = a_session(doc, at(14), seats=5)
    assert reschedule(a_seat_of(lesson), by=CUSTOMER, session=other).session == other


def test_a_customer_moves_a_seat_to_no_session_of_another_project(lesson):
    jules = a_resource()
    dear = a_session(jules, at(14), seats=5, project=a_project(jules, graph="group_customer"))
    seat = a_seat_of(lesson)
    with pytest.raises(SessionClosed):
        reschedule(seat, by=CUSTOMER, session=dear)
    assert (taken(lesson), taken(dear)) == (1, 0)
    assert reschedule(seat, by=SERVER, session=dear).session == dear


def test_a_time_moves_to_no_session(doc, course, lesson):
    jules = a_resource()
    project = a_project(jules)
    booked = a_booking(jules, at(14), project=project, option=project.options.get())
    for session in (lesson, cancelled(a_session(doc, at(8), seats=5, project=project))):
        with pytest.raises(SessionClosed):
            reschedule(booked, by=CUSTOMER, session=session)
    booked.refresh_from_db()
    assert booked.state.occupies


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("by", [CUSTOMER, SERVER], ids=["customer", "server"])
def test_no_time_is_booked_by_naming_a_session(doc, lesson, by, is_open):
    session = lesson if is_open else cancelled(lesson)
    draft = a_draft(doc, at(10), session=session, allow_double_bookings=True)
    with pytest.raises(SessionClosed):
        book(draft, graph="instant", by=by, customer=marty())


def test_a_held_seat_of_a_session_that_was_cancelled_is_not_booked(course, lesson):
    hold = a_seat_hold(lesson, project=course)
    cancelled(lesson)
    draft = Booking(session=lesson, project=course, option=course.options.get())
    with pytest.raises(SessionClosed):
        book(draft, graph="group_customer", by=CUSTOMER, customer=marty(), reservation=hold)
    assert not Booking.objects.filter(session=lesson).exists()


def test_a_held_seat_of_an_open_session_is_booked(course, lesson):
    hold = a_seat_hold(lesson, project=course)
    draft = Booking(session=lesson, project=course, option=course.options.get())
    book(draft, graph="group_customer", by=CUSTOMER, customer=marty(), reservation=hold)
    assert taken(lesson) == 1


def test_a_seat_is_of_an_option_that_the_session_s_resource_does(doc, course, lesson):
    cheap = Option.objects.create(
        project=course, label="Cheap", length=HOUR, price=Decimal(5), currency="EUR"
    )
    row = OptionResource.objects.create(option=cheap, link=course.links.get(), offered=False)
    with pytest.raises(OptionNotOffered):
        a_seat(lesson, project=course, option=cheap, by=CUSTOMER)
    with pytest.raises(OptionNotOffered):
        reserve(Reservation(session=lesson, project=course, option=cheap), hold=HOUR, by=CUSTOMER)
    assert taken(lesson) == 0
    a_seat(lesson, project=course, option=cheap, by=SERVER)
    row.delete()
    a_seat(lesson, project=course, option=cheap, by=CUSTOMER)
    assert taken(lesson) == 2


def test_places_that_were_held_elsewhere_are_as_few_as_the_project_says(doc):
    project = a_project(doc, graph="group_customer", booking={"graph": "group_customer", "max_places": 2})
    session = a_session(doc, at(10), seats=20, project=project)
    option = project.options.get()

    def book_places(hold):
        draft = Booking(session=session, project=project, option=option, places=hold.places)
        return book(draft, graph="group_customer", by=CUSTOMER, customer=marty(), reservation=hold)

    with pytest.raises(TooManyPlaces):
        book_places(a_seat_hold(session, places=5))
    book_places(a_seat_hold(session, places=5, project=project))  # staff held them in the project


def test_seats_of_holds_that_ended_are_free_before_the_holds_are_forgotten(doc):
    session = a_session(doc, at(10), seats=1)
    hold = a_seat_hold(session)
    aged(hold, by=timedelta(days=60))
    housekeeping.sweep()
    assert not Reservation.objects.filter(pk=hold.pk).exists()
    assert taken(session) == 0
    a_seat(session)


A_DAY_BEFORE = {"type": "email", "when": {"type": "before", "unit": "days", "time": 1}}
TWO_DAYS_BEFORE = {"type": "email", "when": {"type": "before", "unit": "days", "time": 2}}
TODAY = timezone.now().replace(microsecond=0)


def in_days(number):
    return TODAY + timedelta(days=number)


def reminded(seat):
    """When, of all that was or is to be sent."""
    rows = OutboxMessage.objects.filter(booking_id=seat.pk, kind="reminder").exclude(outcome="dropped")
    return list(rows.order_by("run_after").values_list("run_after", flat=True))


def test_a_seat_whose_session_moves_is_reminded_of_the_new_time_alone(lesson):
    seat = a_seat_of(lesson, reminders=[A_DAY_BEFORE])
    assert reminded(seat) == [at(10, days=-1)]
    later = reschedule(lesson, start=at(10, days=4), end=at(11, days=4), by=SERVER)
    assert reminded(seat) == [at(10, days=3)]
    reschedule(later, start=at(9, days=1), end=at(10, days=1), by=SERVER)
    assert reminded(seat) == [at(9)]


def test_a_seat_that_was_reminded_already_is_reminded_again_of_the_new_time(lesson):
    seat = a_seat_of(lesson, reminders=[A_DAY_BEFORE])
    OutboxMessage.objects.filter(kind="reminder").update(run_after=Now())
    Sender({"reminder": reminders.deliver}).send_all()
    Sender({"mail": lambda message: None}).send_all()
    reschedule(lesson, start=at(10, days=4), end=at(11, days=4), by=SERVER)
    OutboxMessage.objects.filter(kind="reminder", done_at=None).update(run_after=Now())
    Sender({"reminder": reminders.deliver}).send_all()
    waiting = OutboxMessage.objects.waiting().filter(kind="mail", payload__has_key="reminder")
    assert [one.booking_id for one in waiting] == [seat.pk]


@pytest.fixture
def arriving():
    """A graph of seats that stand in two states."""
    graph = Graph.objects.create(name="arriving", title="Arriving")
    version = GraphVersion.objects.create(graph=graph, number=1, claims="seat", needs_times=False)
    booked, here, over = (
        State.objects.create(version=version, name=name, label=name.title(), occupies=name != "over")
        for name in ("booked", "here", "over")
    )
    ways = (("book", None, booked), ("arrive", booked, here), ("leave", here, over))
    for name, source, target in ways:
        fields = {"name": name, "label": name.title(), "source": source, "target": target}
        Action.objects.create(version=version, by_customer=True, **fields)
    publish(version)
    return graph.name


def test_a_seat_that_enters_another_state_after_its_session_moved_is_reminded_once(doc, arriving):
    lesson = a_session(doc, in_days(1), seats=5)
    seat = a_seat(lesson, graph=arriving, reminders=[TWO_DAYS_BEFORE])
    assert reminded(seat) == []
    reschedule(lesson, start=in_days(5), end=in_days(5) + HOUR, by=SERVER)
    act(seat, "arrive", by=SERVER)
    assert reminded(seat) == [in_days(3)]


def test_a_seat_that_is_moved_back_is_reminded_of_its_first_time(lesson):
    seat = a_seat_of(lesson, reminders=[A_DAY_BEFORE])
    away = reschedule(lesson, start=at(10, days=4), end=at(11, days=4), by=SERVER)
    reschedule(away, start=at(10), end=at(11), by=SERVER)
    assert reminded(seat) == [at(10, days=-1)]


def test_a_seat_that_is_played_on_beside_its_session_plays_once():
    session, other = (a_session(a_resource(), at(hour), seats=3) for hour in (9, 11))
    seat, elsewhere = a_seat(session, places=2), a_seat(other)
    played = act_on_all([session, seat, elsewhere], "complete", by=SERVER)
    assert [booking.state.name for booking in played] == ["completed"] * 3
    for booking in (seat, elsewhere):
        assert HistoryEntry.objects.filter(booking_id=booking.pk, action="complete").count() == 1
    assert Booking.objects.get(pk=seat.pk).sequence == played[1].sequence == seat.sequence + 1


def test_a_seat_that_comes_before_its_session_plays_once_too():
    session = a_session(a_resource(), at(9), seats=3)
    seat = a_seat(session)
    played = act_on_all([seat, session], "complete", by=SERVER)
    assert [booking.state.name for booking in played] == ["completed"] * 2
    assert HistoryEntry.objects.filter(booking_id=seat.pk, action="complete").count() == 1
