"""A hold through the API: it keeps the time, can be made longer, and becomes the booking."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Reservation, Resource
from tests.api.conftest import LATER, MARTY, hour
from tests.situations import a_project, aged


@pytest.fixture
def held(server, wish):
    """A hold on the time of `wish`."""
    return server.made("/bookings/reserve", wish | {"reservation_time": 60})


def test_a_hold_has_the_booking_shape(server, held):
    assert (held["graph"], held["state"], held["completed"]) == ("reservation", "reserved", False)
    read = server.read(f"/bookings/{held['id']}")
    assert (read["id"], read["state"]) == (held["id"], "reserved")


def test_a_hold_keeps_everybody_else_out(server, held, wish):
    for path in ("/bookings", "/bookings/reserve"):
        refusal = server.post(path, wish)
        assert (refusal.status_code, refusal.json()["code"]) == (409, "slot_taken")


def test_a_hold_is_in_no_list(server, held):
    assert server.read("/bookings") == []


def test_a_hold_becomes_the_booking_and_answers_with_it(server, held, wish):
    booking = server.made("/bookings", wish | {"reservation_id": held["id"]})
    assert server.read(f"/bookings/{held['id']}")["id"] == booking["id"]


def test_a_hold_can_be_used_once(server, held, wish):
    server.made("/bookings", wish | {"reservation_id": held["id"]})
    again = server.post("/bookings", wish | {"reservation_id": held["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "reservation_gone")


def test_a_hold_can_become_a_booking_at_another_free_time(server, held, wish):
    server.made("/bookings", wish | LATER | {"reservation_id": held["id"]})
    assert server.post("/bookings", wish).status_code == 201


def test_a_hold_stays_where_the_other_time_is_taken(server, held, wish):
    server.made("/bookings", wish | LATER)
    refusal = server.post("/bookings", wish | LATER | {"reservation_id": held["id"]})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "slot_taken")
    assert server.read(f"/bookings/{held['id']}")["state"] == "reserved"
    assert server.post("/bookings", wish | {"reservation_id": held["id"]}).status_code == 201


def test_a_hold_that_becomes_a_request_lets_its_time_go(server, held, wish):
    server.made("/bookings", wish | {"graph": "confirm_decline", "reservation_id": held["id"]})
    assert server.post("/bookings", wish).status_code == 201


def expiry(data):
    """Return when a hold ends, which our answers tell as `expires_at`."""
    return datetime.fromisoformat(data["expires_at"])


def left(data):
    """Return how long a hold lasts from now on."""
    return expiry(data) - datetime.now(UTC)


@pytest.mark.parametrize(
    ("asked", "seconds"), [({}, 30), ({"reservation_time": 90}, 90), ({"reservation_time": "45"}, 45)]
)
def test_a_hold_lasts_as_long_as_the_request_says_or_half_a_minute(server, wish, asked, seconds):
    hold = server.made("/bookings/reserve", wish | asked)
    assert abs(left(hold) - timedelta(seconds=seconds)) < timedelta(seconds=10)


def test_a_projects_hold_lasts_as_long_as_the_project_says(server, wish, doc):
    row = a_project(Resource.objects.get(pk=doc), booking={"graph": "instant", "reservation_time": 600})
    hold = server.made("/bookings/reserve", wish | {"project_id": str(row.pk)})
    assert abs(left(hold) - timedelta(seconds=600)) < timedelta(seconds=10)


def test_a_hold_can_be_made_longer(server, held):
    answer = server.put("/bookings/reserve/extend", {"reservation_id": held["id"], "reservation_time": 300})
    assert answer.status_code == 200
    assert left(answer.json()["data"]) > timedelta(seconds=200)


@pytest.mark.parametrize("pk", ["00000000-0000-4000-8000-000000000000", "1", None, [], {}])
def test_an_unknown_hold_cannot_be_made_longer(server, pk):
    answer = server.put("/bookings/reserve/extend", {"reservation_id": pk, "reservation_time": 300})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["reservation_id"]


@pytest.mark.parametrize("seconds", [0, -1, 10**9, 1.5, "soon", None, True, [], "1e3"])
def test_a_senseless_length_of_a_hold_is_refused(server, wish, seconds):
    answer = server.post("/bookings/reserve", wish | {"reservation_time": seconds})
    if seconds is None:
        assert answer.status_code in {201, 422}
    else:
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["reservation_time"])


def test_a_hold_of_a_booking_id_is_wrong_on_its_field(server, wish):
    booking = server.made("/bookings", wish)
    answer = server.post("/bookings", wish | {"reservation_id": booking["id"]})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["reservation_id"])


def test_a_hold_needs_no_customer(server, wish):
    del wish["customer"]
    assert server.post("/bookings/reserve", wish).status_code == 201


def test_a_page_holds_and_books(widget, consultation, doc, soon):
    wish = {"project_id": str(consultation.pk), "resource_id": doc, **soon}
    hold = widget.made("/bookings/reserve", wish)
    assert widget.post("/bookings/reserve", wish).status_code == 409
    booking = widget.made("/bookings", wish | {"reservation_id": hold["id"], "customer": MARTY})
    assert booking["state"] == "confirmed"


@pytest.fixture
def ended(held):
    """A hold whose time has run out."""
    aged(Reservation.objects.get(pk=held["id"]))
    return held


def test_a_hold_ends_by_itself_without_any_job(server, ended, wish):
    data = server.read(f"/bookings/{ended['id']}")
    assert (data["state"], data["completed"]) == ("expired", True)
    assert server.post("/bookings", wish).status_code == 201


def test_an_ended_hold_becomes_nothing(server, ended, wish):
    for answer in (
        server.post("/bookings", wish | {"reservation_id": ended["id"]}),
        server.put("/bookings/reserve/extend", {"reservation_id": ended["id"], "reservation_time": 60}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "reservation_gone")


def test_a_page_may_hold_only_so_many_times_and_a_server_any_number(
    server, widget, consultation, doc, settings
):
    settings.MAX_HOLDS_PER_VISITOR = 2
    wish = {"project_id": str(consultation.pk), "resource_id": doc}
    codes = [widget.post("/bookings/reserve", wish | hour(days=day)).json().get("code") for day in (3, 4, 5)]
    assert codes == [None, None, "too_many_holds"]
    assert server.post("/bookings/reserve", wish | hour(days=5)).status_code == 201


def test_a_hold_can_be_let_go(server, held, wish):
    answer = server.put("/bookings/reserve/release", {"reservation_id": held["id"]})
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "expired")
    assert server.post("/bookings", wish).status_code == 201


def test_a_hold_can_be_deleted_like_a_booking(server, held, wish):
    assert server.delete(f"/bookings/{held['id']}").status_code == 204
    assert server.post("/bookings", wish).status_code == 201
