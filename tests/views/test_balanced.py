"""A project that shares fairly: the page, assistants and the desk come to the same resource, and history says why."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from bookings.models import Booking, HistoryEntry, Reservation, StaffLimit
from bookings.visitors.moving import offering_to_move_within, wanted_start
from tests.admin.conftest import logged_in, text_of
from tests.situations import HOUR, a_booking, a_project, a_resource, at
from tests.views.conftest import holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def ben():
    return a_resource(name="Ben")


@pytest.fixture
def studio(anna, ben):
    return a_project(anna, ben, availability={"mode": "balanced"})


def last_booking():
    return Booking.objects.order_by("-created_at").first()


def entry_of(booking):
    return HistoryEntry.objects.get(booking_id=booking.pk)


def test_a_page_books_whoever_has_least_and_history_says_why(visitor, studio, anna, ben):
    studio.links.filter(resource=anna).update(weight=2)
    a_booking(anna, at(9), 3 * HOUR)
    a_booking(ben, at(9), HOUR)
    visitor.book(studio, at(14))
    booking = last_booking()
    assert booking.resource == ben
    assert entry_of(booking).assignment == {
        "chosen": str(ben.pk),
        "order": [
            {"resource": str(ben.pk), "seconds": 3600, "weight": 1},
            {"resource": str(anna.pk), "seconds": 10800, "weight": 2},
        ],
        "tie": "",
    }


def test_whoever_is_not_free_is_passed_over_and_history_says_so(visitor, studio, anna, ben):
    a_booking(anna, at(14))
    a_booking(ben, at(9), 3 * HOUR)
    visitor.book(studio, at(14))
    booking = last_booking()
    assert booking.resource == ben
    assert [one["resource"] for one in entry_of(booking).assignment["order"]] == [str(anna.pk), str(ben.pk)]


def test_picking_another_time_does_not_count_what_one_holds_oneself(visitor, studio, anna):
    visitor.hold(studio, at(14))
    visitor.hold(studio, at(16))
    assert holds().get().resource == anna


def test_several_visitors_at_once_are_spread(visitor, another, studio):
    visitor.hold(studio, at(14))
    another.hold(studio, at(16))
    assert len({one.resource_id for one in holds()}) == 2


def test_who_chooses_somebody_gets_them_and_nothing_is_told(visitor, studio, anna):
    a_booking(anna, at(9), 3 * HOUR)
    form = visitor.hold(studio, at(14), **{"with": anna.slug})
    visitor.send(form)
    assert last_booking().resource == anna
    assert entry_of(last_booking()).assignment is None


@pytest.mark.parametrize("mode", ["roundrobin_random", "roundrobin_prioritized"])
def test_other_modes_go_by_the_list_and_tell_nothing(visitor, studio, anna, mode):
    studio.availability = {"mode": mode}
    studio.save()
    a_booking(anna, at(9), 3 * HOUR)
    visitor.book(studio, at(14))
    assert last_booking().resource == anna
    assert entry_of(last_booking()).assignment is None


def test_what_moves_stays_with_its_own_first_and_then_goes_by_turn(studio, anna, ben):
    third = a_resource(name="Clara")
    studio.links.create(resource=third, position=2)
    booking = a_booking(third, at(9), project=studio, option=studio.options.get())
    a_booking(anna, at(9))
    offering = offering_to_move_within(booking, "*")
    assert wanted_start(booking, offering, at(14)).resources == (third, ben, anna)


def history_of(client, booking):
    return text_of(client.get(reverse("admin:bookings_booking_change", args=[booking.pk])))


def test_the_desk_reads_why_in_the_history(visitor, admin_client, studio, anna, ben):
    studio.links.filter(resource=anna).update(weight=2)
    a_booking(anna, at(9), 3 * HOUR)
    a_booking(ben, at(9), HOUR)
    visitor.book(studio, at(14))
    said = "For anyone, the least booked that day: Ben 1 hour, Anna 3 hours (by weight 2: 1 hour 30 minutes)."
    assert said in history_of(admin_client, last_booking())
    visitor.book(studio, at(16))
    assert "Of those with as little" not in history_of(admin_client, last_booking())
    a_booking(anna, at(18, days=-1))
    visitor.book(studio, at(10, days=3))
    assert "Of those with as little, the one unbooked for longest." in history_of(
        admin_client, last_booking()
    )


def test_a_member_limited_to_some_reads_nothing_of_others(visitor, studio, anna, ben):
    a_booking(anna, at(14))
    visitor.book(studio, at(14))
    client = logged_in("desk")
    member = User.objects.get(username="desk")
    StaffLimit.objects.create(user=member, resources=[str(ben.pk)])
    shown = history_of(client, last_booking())
    assert "the least booked that day: Ben 0 minutes." in shown
    assert "Anna" not in shown


def test_a_new_booking_at_the_desk_begins_with_whose_turn_it_is_and_holds_with_them(
    admin_client, studio, anna, ben
):
    """Nobody is chosen, so that a time that is pressed is held with the first who is free."""
    a_booking(anna, at(9), 2 * HOUR)
    page = reverse("admin:bookings_booking_new") + f"?project={studio.pk}"
    pressed = {"take": at(14).isoformat(), "day": "2033-03-14", "option": str(studio.options.get().pk)}
    admin_client.post(page, pressed | {"resource": ""})
    held = Reservation.objects.get()
    assert held.resource == ben
    assert held.assignment["chosen"] == str(ben.pk)
    admin_client.post(page, pressed | {"resource": str(anna.pk), "take": at(12).isoformat()})
    chosen = Reservation.objects.exclude(pk=held.pk).get()
    assert (chosen.resource, chosen.assignment) == (anna, None)
