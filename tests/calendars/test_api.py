"""Connected calendars as an integrator's server sees them."""

import pytest

from bookings.models import Calendar
from tests.api.conftest import outsider, server
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.worlds import busy, connected, let_in, manage, read_all, write_all
from tests.situations import a_project, a_resource, a_seat, a_session, a_widget_key

pytestmark = pytest.mark.django_db
__all__ = ["server"]


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def work(anna, account):
    """Anna's calendars: *work* takes bookings, *private* is only read, *team* is of others."""
    for name in ("work", "private"):
        account.make_calendar(name)
    connected(anna, account, "--primary", "work")
    return account


def wish(calendar: Calendar, hour: int = 10) -> dict:
    return {
        "resource_id": str(calendar.resource_id),
        "graph": "instant",
        "start": soon(hour).isoformat(),
        "end": soon(hour + 1).isoformat(),
        "what": "A haircut",
        "where": "Here",
        "description": "Short",
        "customer": {"name": "Marty", "email": "marty@example.com"},
        "calendar_id": str(calendar.pk),
    }


def test_a_connected_calendar_says_what_its_provider_says(server, work):
    row = Calendar.objects.get(name="work")
    told = server.read(f"/calendars/{row.pk}")
    asked = ("provider", "provider_id", "provider_access", "provider_primary", "provider_sync", "primary")
    assert [told[name] for name in asked] == ["caldav", f"{work.home}work/", "owner", False, True, True]
    own = server.read(f"/calendars/{Calendar.objects.get(name='Bookings').pk}")
    assert [own[name] for name in asked] == ["timekit", None, "owner", False, True, False]


def test_a_booking_stands_in_the_calendar_that_it_names(server, work, anna):
    server.made("/bookings", wish(Calendar.objects.get(name="work")))
    write_all()
    assert len(work.names("work")) == 1


def test_a_calendar_that_takes_no_bookings_is_refused_by_its_name(server, work):
    refused = server.post("/bookings", wish(Calendar.objects.get(name="private")))
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["calendar_id"])


def test_a_calendar_that_is_being_disconnected_is_refused_by_its_name(server, work, anna):
    chosen = Calendar.objects.get(name="work")
    server.made("/bookings", wish(chosen))
    write_all()
    manage("disconnect", "--resource", "Anna", "--events", "remove")
    assert Calendar.objects.filter(pk=chosen.pk).exists()
    for _before_and_after_it_is_gone in range(2):
        refused = server.post("/bookings", wish(chosen, 12))
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["calendar_id"])
        write_all()
        read_all()
    assert not Calendar.objects.filter(pk=chosen.pk).exists()


def test_busy_times_are_let_go_and_read_again_by_their_flag(server, work, anna):
    work.put("private", an_ics(*lasting(soon(10))))
    read_all()
    row = Calendar.objects.get(name="private")
    assert len(busy(anna)) == 1
    server.put(f"/calendars/{row.pk}", {"provider_sync": False})
    assert busy(anna) == []
    server.put(f"/calendars/{row.pk}", {"provider_sync": True})
    read_all()
    assert len(busy(anna)) == 1


@pytest.mark.parametrize("wrong", [{"name": "Mine"}, {"description": "x"}, {"primary": True}])
def test_nothing_else_of_it_is_changed_here(server, work, wrong):
    row = Calendar.objects.get(name="private")
    refused = server.put(f"/calendars/{row.pk}", wrong)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, list(wrong))


def test_it_is_not_deleted_here(server, work):
    row = Calendar.objects.get(name="private")
    assert server.delete(f"/calendars/{row.pk}").status_code == 409


def test_an_event_that_was_read_is_told_as_its_times_and_not_changed(server, work, anna):
    work.put("private", an_ics(*lasting(soon(10)), "SUMMARY:The dentist"))
    read_all()
    (event,) = server.read("/events")
    assert (event["what"], event["where"], event["description"]) == ("", "", "")
    assert server.put(f"/events/{event['id']}", {"what": "Mine"}).status_code == 409
    assert server.delete(f"/events/{event['id']}").status_code == 409
    assert len(busy(anna)) == 1


def test_an_event_is_made_in_a_calendar_of_this_site(server, work, anna):
    times = {"start": soon(14).isoformat(), "end": soon(15).isoformat(), "what": "Ill"}
    refused = server.post("/events", times | {"calendar_id": str(Calendar.objects.get(name="work").pk)})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["calendar_id"])
    made = server.made("/events", times | {"resource_id": str(anna.pk)})
    manage("disconnect", "--resource", "Anna")
    assert server.read(f"/events/{made['id']}")["what"] == "Ill"


def provider_event(door, pk: str):
    return door.read(f"/bookings/{pk}?include=provider_event")["provider_event"]


def test_the_providers_event_is_told_while_it_stands_there(server, anna, kind, there):
    let_in(anna, kind, there)
    made = server.made("/bookings?include=provider_event", wish(Calendar.objects.get(primary=True)))
    assert made["provider_event"] is None
    write_all()
    (event,) = there.has()
    assert provider_event(server, made["id"]) == {"id": event["id"]}
    later = {"start": soon(14).isoformat(), "end": soon(15).isoformat()}
    moved = server.made(f"/bookings/{made['id']}/reschedule", later)
    write_all()
    told = {one["id"]: one["provider_event"] for one in server.read("/bookings?include=provider_event")}
    assert told[moved["id"]] == {"id": event["id"]}
    assert list(filter(None, told.values())) == [{"id": event["id"]}]
    server.put(f"/bookings/{moved['id']}/cancel", {})
    write_all()
    assert provider_event(server, moved["id"]) is None


def test_the_providers_event_is_its_address_at_caldav_and_a_widget_key_is_told_of_none(server, work, anna):
    session = a_session(anna, soon(10), seats=5, project=a_project(anna))
    write_all()
    (name,) = work.names("work")
    assert provider_event(server, str(session.pk)) == {"id": f"{work.home}work/{name}"}
    (seen,) = outsider(a_widget_key(session.project)[1]).read("/bookings/groups?include=provider_event")
    assert (seen["id"], seen["provider_event"]) == (str(session.pk), None)


def test_seats_have_the_event_of_their_session_by_one_query_however_many(
    server, work, anna, django_assert_max_num_queries
):
    session = a_session(anna, soon(10), seats=5)
    seats = [a_seat(session) for _number in range(3)]
    write_all()
    (name,) = work.names("work")
    with django_assert_max_num_queries(12):
        told = {one["id"]: one["provider_event"] for one in server.read("/bookings?include=provider_event")}
    assert {tuple(told[str(one.pk)].values()) for one in (session, *seats)} == {(f"{work.home}work/{name}",)}
