"""What a key learns and changes besides what it names: siblings, sessions, what is shared, and what is searched."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bookings.models import Booking, Calendar, Customer, Project, Resource
from tests.api.conftest import LATER, SLOT, THIS_HOUR, Door, hour, outsider, queries
from tests.situations import (
    a_booking,
    a_location,
    a_project,
    a_resource,
    a_seat,
    a_server_key,
    a_session,
    a_widget_key,
)

ANNA = {"name": "Anna", "email": "anna@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
SOON = THIS_HOUR + timedelta(days=3)
NO_SESSION = {"related.owner_booking_id": ["There is no such session."]}


def limited_to(*projects: Project) -> Door:
    """A server whose key sees these projects."""
    return outsider(a_server_key(*projects)[1])


@pytest.fixture
def shared(db) -> Resource:
    """A resource of two projects."""
    return a_resource(name="Shared")


@pytest.fixture
def mine(shared) -> Project:
    return a_project(shared)


@pytest.fixture
def other(shared) -> Project:
    return a_project(shared)


@pytest.fixture
def limited(mine, other) -> Door:
    """A server that sees ``mine`` alone."""
    return limited_to(mine)


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def together(server: Door, resource: Resource, *wishes: dict[str, Any]) -> list[str]:
    """The ids of bookings that one request made, a day apart."""
    texts = {
        "resource_id": str(resource.pk),
        "graph": "instant",
        "what": "a",
        "where": "b",
        "description": "c",
    }
    rows = [texts | wish | hour(days=3 + number) for number, wish in enumerate(wishes)]
    return ids(server.made("/bookings/bulk", {"relate_bookings": True, "bookings": rows}))


class TestWhatIsIncluded:
    """Other bookings inside of one are those that the key sees."""

    def test_a_limited_key_is_told_of_no_sibling_in_another_project(
        self, server, shared, mine, other, limited
    ):
        anna, bob, carl = together(
            server,
            shared,
            {"project_id": str(mine.pk), "customer": ANNA},
            {"project_id": str(other.pk), "customer": BOB},
            {"project_id": str(mine.pk), "customer": BOB},
        )
        include = "include=bulked_bookings,bulked_bookings.customers,bulked_bookings.customer_action_links"
        told = limited.read(f"/bookings/{anna}?{include}")["bulked_bookings"]
        assert ids(told) == [carl]
        assert told[0]["customers"][0]["email"] == BOB["email"]
        (listed,) = [row for row in limited.read(f"/bookings?{include}") if row["id"] == anna]
        assert ids(listed["bulked_bookings"]) == [carl]
        assert ids(server.read(f"/bookings/{anna}?{include}")["bulked_bookings"]) == [bob, carl]

    def test_a_limited_key_is_told_of_no_session_of_another_project(
        self, server, shared, mine, other, limited
    ):
        here, there = (
            a_session(shared, SOON + timedelta(days=day), seats=5, project=project)
            for day, project in enumerate((mine, other))
        )
        seat = str(a_seat(there, project=mine).pk)
        own = str(a_seat(here, project=mine).pk)
        path = "/bookings/%s?include=owner_booking,owner_booking.attributes,owner_booking.meta"
        assert limited.read(path % seat)["owner_booking"] is None
        assert limited.read(path % own)["owner_booking"]["id"] == str(here.pk)
        assert server.read(path % seat)["owner_booking"]["id"] == str(there.pk)

    def test_a_limited_key_is_told_no_id_of_what_continues_elsewhere(
        self, server, shared, mine, other, limited
    ):
        first = a_booking(shared, SOON, project=mine)
        later = server.made(f"/bookings/{first.pk}/reschedule", LATER)["id"]
        path = f"/bookings/{first.pk}?include=continued_by"
        assert limited.read(path)["continued_by"] == later
        Booking.objects.filter(pk=later).update(project=other)
        assert limited.read(path)["continued_by"] is None
        assert server.read(path)["continued_by"] == later

    def test_it_costs_a_limited_key_no_query_more_for_many(self, server, shared, mine, other, limited):
        wish = {"project_id": str(mine.pk), "customer": ANNA}
        path = "/bookings?include=bulked_bookings,bulked_bookings.customers,owner_booking,continued_by"
        together(server, shared, wish, wish)
        limited.get(path)
        few = queries(lambda: limited.get(path))
        wishes = [wish | {"settings": {"allow_double_bookings": True}}] * 6
        together(server, shared, *wishes)
        assert queries(lambda: limited.get(path)) == few


class TestWhatAPageSearches:
    """A page finds sessions by what it is told of them."""

    @pytest.fixture
    def session(self, server, doc) -> str:
        wish = {"resource_id": doc, "graph": "group_owner", "what": "w", "where": "x", "description": "d"}
        more = {"settings": {"max_seats": 3}, "meta": {"room": "Garden"}}
        person = {"customer": ANNA | {"diagnosis": "flu"}}
        return server.made("/bookings", wish | more | person | SLOT)["id"]

    @pytest.mark.parametrize("term", ["email", "customer.email", "customer.name", "customer.diagnosis"])
    def test_a_page_searches_sessions_by_nothing_of_people(self, widget, server, session, term):
        value = {"customer.name": "Anna", "customer.diagnosis": "flu"}.get(term, "anna*")
        for sought in (value, "nobody"):
            refusal = widget.get(f"/bookings/groups?search={term}:{sought}")
            assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["search"])
        assert ids(server.read(f"/bookings/groups?search={term}:{value}")) == [session]

    def test_a_page_searches_sessions_by_what_it_is_told(self, widget, session, doc):
        (told,) = widget.read("/bookings/groups?include=meta,resource")
        assert (told["meta"], told["resource"]["id"]) == ({"room": "Garden"}, doc)
        found = {f"resource.id:{doc}", f"graph:{told['graph']}", f"state:{told['state']}", "meta.room:garden"}
        for search in (*found, "completed:false"):
            assert ids(widget.read(f"/bookings/groups?search={search}")) == [session]
        for search in ("graph:instant", "state:nothing", "meta.room:attic", "completed:true"):
            assert widget.read(f"/bookings/groups?search={search}") == []

    def test_a_page_finds_no_location_by_a_project_that_it_is_not_told(self, widget, server):
        place = a_location()
        listed, unlisted = (
            a_project(location=place, visibility=visibility)
            for visibility in (Project.Visibility.PUBLIC, Project.Visibility.UNLISTED)
        )
        path = "/locations?search=services.uuid:%s"
        assert widget.read(path % unlisted.pk) == []
        for door, project in ((widget, listed), (server, listed), (server, unlisted)):
            assert ids(door.read(path % project.pk)) == [str(place.pk)]


class TestSessionsOfHiddenProjects:
    """Sessions of projects that a page does not see are none of its business, and a deleted project's nobody's."""

    @pytest.fixture
    def staffs(self, shared) -> Booking:
        project = a_project(shared, graph="group_customer", visibility=Project.Visibility.STAFF)
        return a_session(shared, SOON, seats=5, project=project)

    @pytest.fixture
    def deleted(self, shared) -> Booking:
        project = a_project(shared, graph="group_customer", deleted_at=THIS_HOUR)
        return a_session(shared, SOON + timedelta(days=1), seats=5, project=project)

    @pytest.fixture
    def public(self, shared) -> Booking:
        project = a_project(shared, graph="group_customer", visibility=Project.Visibility.UNLISTED)
        return a_session(shared, SOON + timedelta(days=2), seats=5, project=project)

    @pytest.fixture
    def nobodys(self, shared) -> Booking:
        return a_session(shared, SOON + timedelta(days=3), seats=5)

    def wish(self, session: Booking) -> dict[str, Any]:
        return {
            "graph": "group_customer",
            "related": {"owner_booking_id": str(session.pk)},
            "customer": ANNA,
        }

    def test_a_page_lists_no_session_of_the_staffs_or_of_a_deleted_project(
        self, widget, server, staffs, deleted, public, nobodys
    ):
        assert ids(widget.read("/bookings/groups")) == [str(public.pk), str(nobodys.pk)]
        for hidden in (staffs, deleted):
            assert widget.get(f"/bookings/groups/{hidden.pk}").status_code == 404
        for shown in (public, nobodys):
            assert widget.read(f"/bookings/groups/{shown.pk}")["id"] == str(shown.pk)
        assert ids(server.read("/bookings/groups")) == [str(one.pk) for one in (staffs, public, nobodys)]

    @pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
    def test_a_page_takes_no_seat_in_them(self, widget, server, staffs, deleted, public, path):
        for hidden in (staffs, deleted):
            refusal = widget.post(path, self.wish(hidden))
            assert refusal.status_code == 422
            assert NO_SESSION.items() <= refusal.json()["errors"].items()
        widget.made(path, self.wish(public))
        assert NO_SESSION.items() <= server.post(path, self.wish(deleted)).json()["errors"].items()
        server.made(path, self.wish(staffs))

    def test_a_page_moves_no_seat_into_them(self, widget, server, staffs, deleted, public):
        seat = widget.made("/bookings", self.wish(public))["id"]
        for hidden in (staffs, deleted):
            sent = {"related": {"owner_booking_id": str(hidden.pk)}}
            refusal = widget.post(f"/bookings/{seat}/reschedule", sent)
            assert (refusal.status_code, refusal.json()["errors"]) == (422, NO_SESSION)

    def test_a_customer_still_cancels_on_a_page_what_staff_booked(self, widget, server, staffs):
        seat = server.made("/bookings", self.wish(staffs))["id"]
        assert widget.put(f"/bookings/{seat}/cancel_by_customer").status_code == 200

    def test_a_limited_page_lists_its_projects_sessions(self, public, nobodys, shared, staffs):
        page = outsider(a_widget_key(public.project)[1])
        assert ids(page.read("/bookings/groups")) == [str(public.pk)]


class TestWhatProjectsShare:
    """A limited key changes nothing in the calendars of a resource that other projects have too."""

    @pytest.fixture
    def calendar(self, server, shared) -> str:
        """The second calendar of the shared resource."""
        return server.made("/calendars", {"resource_id": str(shared.pk), "name": "Second"})["id"]

    def test_a_limited_key_changes_and_deletes_no_calendar_of_theirs(self, limited, calendar, shared):
        primary = Calendar.objects.get(resource=shared, primary=True)
        for sent in ({"name": "Mine"}, {"primary": True}, {"provider_sync": False}):
            assert limited.put(f"/calendars/{calendar}", sent).status_code == 403
        for pk in (calendar, primary.pk):
            assert limited.delete(f"/calendars/{pk}").status_code == 403
        primary.refresh_from_db()
        assert primary.primary
        second = Calendar.objects.get(pk=calendar)
        assert (second.name, second.primary, second.provider_sync) == ("Second", False, True)

    def test_a_limited_key_makes_no_calendar_theirs_primary_one(self, limited, shared):
        wish = {"resource_id": str(shared.pk), "name": "Mine"}
        refusal = limited.post("/calendars", wish | {"primary": True})
        assert (refusal.status_code, Calendar.objects.filter(resource=shared).count()) == (403, 1)
        assert limited.made("/calendars", wish)["primary"] is False
        assert Calendar.objects.filter(resource=shared, primary=True).count() == 1

    def test_a_limited_key_changes_and_deletes_no_event_of_theirs(self, limited, server, shared):
        event = server.made("/events", {"resource_id": str(shared.pk), "what": "Dentist", **SLOT})
        assert limited.put(f"/events/{event['id']}", {"what": "Mine"}).status_code == 403
        assert limited.delete(f"/events/{event['id']}").status_code == 403
        assert server.read(f"/events/{event['id']}") == event
        assert limited.read(f"/events/{event['id']}") == event

    def test_a_limited_key_makes_what_is_shared_busy(self, limited, shared):
        made = limited.made("/events", {"resource_id": str(shared.pk), "what": "Repairs", **SLOT})
        assert ids(limited.read("/events")) == [made["id"]]

    def test_a_limited_key_changes_and_deletes_what_is_its_projects_alone(self, shared, mine):
        door, pk = limited_to(mine), str(shared.pk)
        event = door.made("/events", {"resource_id": pk, "what": "Repairs", **SLOT})["id"]
        assert door.put(f"/events/{event}", {"what": "Lunch"}).json()["data"]["what"] == "Lunch"
        assert door.delete(f"/events/{event}").status_code == 204
        first = door.read("/calendars")[0]["id"]
        second = door.made("/calendars", {"resource_id": pk, "name": "New", "primary": True})["id"]
        assert door.put(f"/calendars/{first}", {"name": "Old"}).json()["data"]["name"] == "Old"
        assert door.delete(f"/calendars/{first}").status_code == 204
        assert ids(door.read("/calendars")) == [second]

    def test_a_key_without_limits_changes_what_is_shared(self, server, calendar, shared, mine, other):
        assert server.put(f"/calendars/{calendar}", {"primary": True}).status_code == 200
        event = server.made("/events", {"resource_id": str(shared.pk), "what": "Repairs", **SLOT})["id"]
        assert server.put(f"/events/{event}", {"what": "Lunch"}).status_code == 200
        assert server.delete(f"/events/{event}").status_code == 204


class TestWhatPlaysAlong:
    """What was made together plays along on a page only where it is the same customer's."""

    def states(self, *pks: str) -> list[str]:
        found = {str(row.pk): row.state.name for row in Booking.objects.select_related("state")}
        return [found[pk] for pk in pks]

    def test_a_page_cancels_only_the_same_customers(self, widget, server, shared):
        pks = together(
            server,
            shared,
            {"customer": ANNA},
            {"customer": BOB},
            {"customer": ANNA | {"name": "A.", "email": "Anna@Example.com"}},
            {"graph": "group_owner", "customer": ANNA, "settings": {"max_seats": 3}},
        )
        assert widget.put(f"/bookings/{pks[0]}/cancel_by_customer").status_code == 200
        first, *kept = self.states(*pks)
        assert first == "cancelled_by_customer"
        assert kept[1] == first
        assert first not in (kept[0], kept[2])

    def test_without_an_address_a_booking_is_cancelled_alone(self, widget, shared):
        bulk, pks = uuid4(), []
        for number, name in enumerate(("Anna", "Bob")):
            customer = Customer(name=name, phone="+49 30 1234567")
            made = a_booking(shared, SOON + timedelta(days=number), customer=customer, bulk=bulk)
            pks.append(str(made.pk))
        assert widget.put(f"/bookings/{pks[0]}/cancel_by_customer").status_code == 200
        assert self.states(*pks) == ["cancelled_by_customer", "confirmed"]

    def test_a_server_cancels_everybodys(self, server, shared):
        pks = together(server, shared, {"customer": ANNA}, {"customer": BOB})
        assert server.put(f"/bookings/{pks[0]}/cancel_by_customer").status_code == 200
        assert self.states(*pks) == ["cancelled_by_customer"] * 2

    def test_it_costs_a_page_no_query_more_for_many_of_others(self, widget, server, shared):
        few = together(server, shared, {"customer": ANNA}, {"customer": BOB})
        more = {"settings": {"allow_double_bookings": True}}
        many = together(server, shared, *({"customer": who} | more for who in (ANNA, *[BOB] * 5)))
        widget.put(f"/bookings/{together(server, shared, {'customer': ANNA} | more)[0]}/cancel_by_customer")
        one, other = (
            queries(lambda pk=pks[0]: widget.put(f"/bookings/{pk}/cancel_by_customer")) for pks in (few, many)
        )
        assert one == other
