"""Seats for several: a booking or a hold of a seat takes as many of the session's as it has ``places``."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.models import Booking, Project, Reservation, Resource
from tests.api.conftest import EXAMPLE, MARTY, hour
from tests.situations import a_project, a_session, aged

FEW = 2


@pytest.fixture
def project(doc) -> Project:
    """A project of sessions at 12.50 a place, of which a customer books two at most."""
    row = a_project(
        Resource.objects.get(pk=doc),
        graph="group_customer",
        booking={"graph": "group_customer", "settings": {"max_places": FEW}},
    )
    row.options.update(price=Decimal("12.50"), currency="EUR")
    return row


@pytest.fixture
def session(doc, project) -> Booking:
    """Five seats in three days."""
    start = hour(days=3)["start"]
    return a_session(Resource.objects.get(pk=doc), _instant(start), seats=5, project=project)


def _instant(text):
    return Booking._meta.get_field("start").to_python(text)


@pytest.fixture
def seat(session):
    return {
        "graph": "group_customer",
        "customer": MARTY,
        "related": {"owner_booking_id": str(session.pk)},
    }


def taken(session) -> int:
    return Booking.objects.values_list("seats_taken", flat=True).get(pk=session.pk)


def test_a_booking_takes_one_seat_or_as_many_as_it_names_and_tells_how_many(server, session, seat):
    assert server.made("/bookings", seat)["places"] == 1
    made = server.made("/bookings", seat | {"places": 3})
    assert made["places"] == 3
    assert server.read(f"/bookings/{made['id']}")["places"] == 3
    assert [row["places"] for row in server.read("/bookings?search=graph:group_customer")] == [3, 1]
    assert taken(session) == 4


def test_a_booking_that_takes_no_seat_tells_of_no_places(server, wish, session, seat):
    assert "places" not in server.made("/bookings", wish | {"places": 1})
    assert "places" not in server.read(f"/bookings/{session.pk}")
    held = server.made("/bookings/reserve", wish | hour(days=40))
    assert "places" not in held


def test_where_fewer_are_left_none_is_taken_and_the_refusal_tells_how_many_are(server, session, seat):
    server.made("/bookings", seat | {"places": 3})
    for path in ("/bookings", "/bookings/reserve"):
        refusal = server.post(path, seat | {"places": 3})
        assert refusal.status_code == 409
        told = refusal.json()
        assert (told["code"], told["places_left"]) == ("group_full", 2)
        assert told["errors"] == {
            "related.owner_booking_id": ["Fewer places are left than that: 2."],
        }
    assert taken(session) == 3
    assert Booking.objects.filter(session=session).count() == 1
    assert not Reservation.objects.exists()
    server.made("/bookings", seat | {"places": 2})
    full = server.post("/bookings", seat).json()
    assert (full["code"], full["places_left"]) == ("group_full", 0)


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
@pytest.mark.parametrize("places", [0, -1, 6, 10**9, 10**30, 1.5, "2", True, [2], {}])
def test_what_is_no_number_of_seats_of_the_session_is_wrong_on_its_field(server, session, seat, path, places):
    refusal = server.post(path, seat | {"places": places})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["places"])
    assert taken(session) == 0


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
@pytest.mark.parametrize("graph", ["instant", "group_owner"])
def test_what_takes_no_seat_is_not_to_be_had_several_at_once(server, wish, path, graph):
    body = EXAMPLE | wish | {"graph": graph, "settings": {"max_seats": 9}}
    refusal = server.post(path, body | {"places": 2})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["places"])
    assert server.post(path, body | {"places": 1}).status_code == 201


def test_places_are_wrong_together_with_everything_else(server, session, seat):
    refusal = server.post("/bookings", seat | {"places": 0, "customer": {}, "my_rsvp": "perhaps"})
    assert {"places", "my_rsvp"} < set(refusal.json()["errors"])


def test_a_hold_of_several_becomes_a_booking_of_as_many(server, session, seat):
    held = server.made("/bookings/reserve", seat | {"places": 4})
    assert held["places"] == 4
    assert server.read(f"/bookings/{held['id']}")["places"] == 4
    made = server.made("/bookings", {"reservation_id": held["id"], "customer": MARTY})
    assert (made["places"], taken(session)) == (4, 4)


def test_a_hold_of_several_becomes_a_booking_of_another_number(server, session, seat):
    held = server.made("/bookings/reserve", seat | {"places": 4})
    body = {"reservation_id": held["id"], "customer": MARTY, "places": 2}
    assert (server.made("/bookings", body)["places"], taken(session)) == (2, 2)


def test_a_hold_that_takes_the_place_of_another_may_have_more_places(server, session, seat):
    held = server.made("/bookings/reserve", seat | {"places": 4})
    other = server.made("/bookings/reserve", seat | {"reservation_id": held["id"], "places": 5})
    assert (other["places"], taken(session)) == (5, 5)


def test_a_page_takes_as_many_as_its_project_lets_one_booking_have(widget, server, session, seat, project):
    wish = seat | {"project_id": str(project.pk)}
    for path in ("/bookings/reserve", "/bookings"):
        refusal = widget.post(path, wish | {"places": FEW + 1})
        assert refusal.status_code == 409
        told = refusal.json()
        assert (told["code"], told["most_places"], list(told["errors"])) == (
            "too_many_places",
            FEW,
            ["places"],
        )
    assert taken(session) == 0
    held = widget.made("/bookings/reserve", wish | {"places": FEW})
    more = {"reservation_id": held["id"], "customer": MARTY, "places": FEW + 1}
    assert widget.post("/bookings", more).json()["code"] == "too_many_places"
    assert widget.made("/bookings", more | {"places": FEW})["places"] == FEW
    assert server.made("/bookings", seat | {"places": FEW + 1})["places"] == FEW + 1


def test_a_page_cannot_send_a_larger_limit_of_its_own(widget, session, seat, project):
    wish = seat | {"project_id": str(project.pk), "places": 3, "settings": {"max_places": 9}}
    assert widget.post("/bookings", wish).status_code in {403, 409}
    assert taken(session) == 0


def test_a_page_of_a_project_that_says_nothing_takes_one(widget, session, seat, project):
    Project.objects.filter(pk=project.pk).update(booking={"graph": "group_customer"})
    wish = seat | {"project_id": str(project.pk)}
    assert widget.post("/bookings", wish | {"places": 2}).json()["most_places"] == 1
    assert widget.post("/bookings", wish).status_code == 201


def test_sessions_in_lists_tell_how_many_places_are_left(server, session, seat):
    server.made("/bookings", seat | {"places": 2})
    aged(Reservation.objects.get(pk=server.made("/bookings/reserve", seat | {"places": 2})["id"]))
    assert [row["places_left"] for row in server.read("/bookings/groups")] == [3]
    assert server.read(f"/bookings/groups/{session.pk}")["places_left"] == 3
    server.made("/bookings", seat | {"places": 3})
    assert server.read("/bookings/groups") == []
    assert server.read(f"/bookings/groups/{session.pk}")["places_left"] == 0


def test_a_booking_costs_as_many_times_the_price_as_it_has_places(server, session, seat):
    made = server.made("/bookings", seat | {"places": 3})
    assert Booking.objects.get(pk=made["id"]).price == Decimal("37.50")


def test_more_than_can_be_written_down_is_not_sold(server, session, seat, project):
    project.options.update(price=Decimal("900000000"))
    refusal = server.post("/bookings", seat | {"places": 5})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["places"])
    assert server.post("/bookings", seat).status_code == 201


def test_a_batch_that_wants_more_than_is_left_is_refused_whole(server, session, seat):
    rows = [seat | {"places": 3}, seat | {"places": 3}]
    refusal = server.post("/bookings/bulk", {"bookings": rows, "delete_all_on_error": True})
    assert refusal.status_code == 409
    assert (taken(session), Booking.objects.filter(session=session).count()) == (0, 0)


def test_in_a_batch_of_single_ones_the_one_without_room_stands_in_its_place(server, session, seat):
    rows = server.post("/bookings/bulk", {"bookings": [seat | {"places": places} for places in (3, 3, 2)]})
    first, refused, last = rows.json()["data"]
    assert (first["places"], refused["code"], refused["places_left"], last["places"]) == (
        3,
        "group_full",
        2,
        2,
    )
    assert taken(session) == 5


def test_a_moved_seat_keeps_its_places(server, session, seat):
    other = a_session(session.resource, session.start + timedelta(days=1), seats=3, project=session.project)
    made = server.made("/bookings", seat | {"places": 3})
    moved = server.made(
        f"/bookings/{made['id']}/reschedule", {"related": {"owner_booking_id": str(other.pk)}}
    )
    assert (moved["places"], taken(session), taken(other)) == (3, 0, 3)


def test_a_project_says_how_many_places_one_booking_may_have(server, project):
    server.put(f"/projects/{project.pk}", {"booking": {"settings": {"max_places": 4}}})
    assert server.read(f"/projects/{project.pk}")["booking"]["settings"]["max_places"] == 4
    for wrong in (0, "4", True):
        refusal = server.put(f"/projects/{project.pk}", {"booking": {"settings": {"max_places": wrong}}})
        assert list(refusal.json()["errors"]) == ["booking.settings.max_places"]
