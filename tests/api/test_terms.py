"""Price and terms: a hold tells them, its booking keeps them, a search tells them of every slot if it is asked."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.api.endpoints import bookings as endpoint
from bookings.models import Booking, Option, OptionResource, Project, ProjectResource, Resource
from tests.api.conftest import MARTY, hour
from tests.situations import HOUR, a_project, a_session

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEXT = {
    "instant": ("It is booked at once.", "It is booked."),
    "confirm_decline": (
        "It is a request: somebody answers it, and until then it is not confirmed.",
        "It waits for an answer, and until then it is not confirmed.",
    ),
    "request": (
        "It is a request: without an answer within 2 days it ends by itself.",
        "It waits for an answer, and until then it is not confirmed.",
    ),
    "instant_payment": (
        "It is to be paid within 5 minutes of being booked, or its time is free again.",
        "It is still to be paid.",
    ),
}
AWAITS = {"confirm_decline": "confirmation", "request": "confirmation", "instant_payment": "payment"}


@pytest.fixture
def haircut(doc) -> Project:
    """18 euros with Doc, to be cancelled a day before at the latest."""
    project = a_project(
        Resource.objects.get(pk=doc), booking={"graph": "instant", "settings": {"min_cancel_time": "1 day"}}
    )
    project.options.update(price=Decimal("18"), currency="EUR")
    return project


def follows(project, graph, **settings):
    project.booking = {"graph": graph, "settings": project.booking["settings"] | settings}
    project.save()


def visit(project, doc, **ahead):
    return {"project_id": str(project.pk), "resource_id": doc, "customer": MARTY} | hour(**ahead)


def earlier(moment, by):
    return (datetime.fromisoformat(moment) - by).isoformat()


@pytest.mark.parametrize("graph", NEXT)
def test_what_a_hold_tells_is_what_its_booking_keeps(server, haircut, doc, graph):
    follows(haircut, graph)
    wish = visit(haircut, doc, days=3)
    held = server.made("/bookings/reserve", wish)
    made = server.made("/bookings", {"reservation_id": held["id"], "customer": MARTY})
    told, kept = held["terms"], made["terms"]
    until = earlier(wish["start"], DAY)
    for terms in (told, kept):
        assert (terms["price"], terms["currency"], terms["awaits"]) == ("18.00", "EUR", AWAITS.get(graph))
        assert terms["cancel_until"] == until
    assert told["reschedule_until"] == kept["reschedule_until"]
    assert (told["next"], kept["next"]) == NEXT[graph]
    assert server.read(f"/bookings/{made['id']}?include=terms")["terms"] == kept


def test_who_reads_a_hold_later_is_told_the_same(server, widget, haircut, doc):
    held = widget.made("/bookings/reserve", visit(haircut, doc, days=3))
    assert server.read(f"/bookings/{held['id']}?include=terms")["terms"] == held["terms"]
    longer = widget.put("/bookings/reserve/extend?include=terms", {"reservation_id": held["id"]})
    assert longer.json()["data"]["terms"] == held["terms"]
    assert "terms" not in server.read(f"/bookings/{held['id']}")


def test_a_booking_tells_when_its_wait_ends_and_a_hold_how_long_it_will_be(server, haircut, doc):
    follows(haircut, "instant_payment", automatic_times={"timeout": "20 minutes"})
    wish = visit(haircut, doc, days=3)
    held, made = server.made("/bookings/reserve", wish), server.made("/bookings", wish | hour(days=4))
    assert (held["terms"]["awaits_seconds"], held["terms"]["awaits_until"]) == (1200, None)
    booking = Booking.objects.get(pk=made["id"])
    assert datetime.fromisoformat(made["terms"]["awaits_until"]) == booking.due_at.replace(microsecond=0)
    assert booking.due_at - booking.state_entered_at == timedelta(minutes=20)


def test_the_moment_that_is_told_is_the_one_that_binds(widget, haircut, doc):
    early = widget.made("/bookings", visit(haircut, doc, hours=26))
    late = widget.made("/bookings", visit(haircut, doc, hours=22))
    now = datetime.now().astimezone()
    assert datetime.fromisoformat(early["terms"]["cancel_until"]) > now
    assert datetime.fromisoformat(late["terms"]["cancel_until"]) < now
    assert widget.put(f"/bookings/{early['id']}/cancel_by_customer").status_code == 200
    assert widget.put(f"/bookings/{late['id']}/cancel_by_customer").json()["code"] == "window_closed"


def test_an_ended_booking_can_be_neither_cancelled_nor_moved(server, haircut, doc):
    made = server.made("/bookings", visit(haircut, doc, days=3))
    ended = server.put(f"/bookings/{made['id']}/cancel?include=terms").json()["data"]["terms"]
    assert (ended["cancel_until"], ended["reschedule_until"]) == (None, None)
    assert ended["next"] == "It has ended."


def test_a_move_tells_the_terms_of_the_new_time(widget, haircut, doc):
    made = widget.made("/bookings", visit(haircut, doc, days=3))
    later = hour(days=5)
    moved = widget.made(f"/bookings/{made['id']}/reschedule", {"resource_id": doc} | later)
    assert moved["terms"]["cancel_until"] == earlier(later["start"], DAY)


def test_a_seat_has_its_sessions_cut_off_and_a_session_has_no_terms(server, doc):
    start = datetime.fromisoformat(hour(days=3)["start"])
    session = a_session(Resource.objects.get(pk=doc), start, seats=2, min_cancel_time=HOUR)
    seat = {"graph": "group_customer", "related": {"owner_booking_id": str(session.pk)}, "customer": MARTY}
    held = server.made("/bookings/reserve", seat)
    made = server.made("/bookings", {"reservation_id": held["id"]} | seat)
    assert held["terms"]["cancel_until"] == made["terms"]["cancel_until"] == (start - HOUR).isoformat()
    assert server.read(f"/bookings/{session.pk}?include=terms")["terms"] is None


def test_the_price_is_that_of_all_places(server, doc):
    yoga = a_project(Resource.objects.get(pk=doc), graph="group_customer")
    yoga.options.update(price=Decimal("9"), currency="EUR")
    start = datetime.fromisoformat(hour(days=3)["start"])
    session = a_session(Resource.objects.get(pk=doc), start, seats=5, project=yoga)
    seats = {"related": {"owner_booking_id": str(session.pk)}, "customer": MARTY, "places": 3}
    held = server.made("/bookings/reserve", seats | {"project_id": str(yoga.pk)})
    made = server.made("/bookings", {"reservation_id": held["id"]} | seats)
    assert held["terms"]["price"] == made["terms"]["price"] == "27.00"
    assert server.read(f"/bookings/{held['id']}?include=terms")["terms"]["price"] == "27.00"


def test_without_a_project_nobody_said_what_it_costs(server, wish):
    terms = server.made("/bookings", wish)["terms"]
    assert (terms["price"], terms["currency"], terms["cancel_until"]) == (None, None, wish["start"])


def test_amounts_have_as_many_decimals_as_the_currency(server, haircut, doc):
    haircut.options.update(price=Decimal("1.25"), currency="KWD")
    assert server.made("/bookings/reserve", visit(haircut, doc, days=3))["terms"]["price"] == "1.250"


class TestOfASearch:
    @pytest.fixture
    def two(self, haircut, jules):
        """Doc at 18 euros, and Jules at 25 until two hours before."""
        link = ProjectResource.objects.create(
            project=haircut,
            resource_id=jules,
            position=1,
            booking={"settings": {"min_cancel_time": "2 hours"}},
        )
        OptionResource.objects.create(option=haircut.options.get(), link=link, price=Decimal("25"))
        return haircut

    def slots(self, door, project, **more):
        asked = {"project_id": str(project.pk), "from": "1 day", "to": "2 days", "mode": "exclusive"} | more
        answer = door.post("/availability?include=terms", asked)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    def test_each_slot_tells_the_terms_that_its_booking_has(self, server, widget, two):
        slot = self.slots(widget, two)[3]
        assert [one["terms"]["price"] for one in slot["resources"]] == ["18.00", "25.00"]
        for one in slot["resources"]:
            times = {"start": slot["start"], "end": slot["end"]}
            who = {"project_id": str(two.pk), "resource_id": one["id"], "customer": MARTY}
            assert widget.made("/bookings/reserve", who | times)["terms"] == one["terms"]

    def test_the_option_is_the_one_that_is_named_or_that_is_as_long(self, server, two):
        Option.objects.create(
            project=two, label="Long", length=2 * HOUR, price=Decimal(40), currency="EUR", position=2
        )
        long = two.options.get(label="Long")
        told = {
            one["terms"]["price"]
            for slot in self.slots(server, two, option_id=str(long.pk))
            for one in slot["resources"]
        }
        assert told == {"40.00"}
        slot = self.slots(server, two, length="2 hours")[0]
        assert {one["terms"]["price"] for one in slot["resources"]} == {"40.00"}

    def test_they_are_told_only_where_they_are_asked_for(self, widget, two):
        answer = widget.post("/availability", {"project_id": str(two.pk)})
        assert set(answer.json()["data"][0]["resources"][0]) == {"id", "name", "timezone"}

    def test_where_no_project_says_anything_there_are_none(self, server, doc):
        found = server.post("/availability?include=terms", {"resources": [doc]}).json()["data"]
        assert found[0]["resources"][0]["terms"] is None

    def test_the_number_of_queries_does_not_grow_with_the_slots(self, server, two, settings):
        settings.REQUESTS_A_MINUTE_PER_KEY = 0

        def statements(to):
            with CaptureQueriesContext(connection) as captured:
                found = self.slots(server, two, to=to)
            return len(captured), len(found)

        statements("2 days")
        (few, some), (as_few, many) = statements("2 days"), statements("8 days")
        assert few == as_few
        assert many > 5 * some


def test_a_booking_costs_no_statement_more_for_its_terms(server, haircut, doc, monkeypatch, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0
    for days in (1, 2):  # the statement is prepared once it is asked again
        server.made("/bookings", visit(haircut, doc, days=days))
    with CaptureQueriesContext(connection) as told:
        server.made("/bookings", visit(haircut, doc, days=3))
    monkeypatch.setattr(endpoint, "serialize_made", endpoint.serialize_booking)
    with CaptureQueriesContext(connection) as untold:
        server.made("/bookings", visit(haircut, doc, days=4))
    assert len(told) == len(untold), "\n".join(query["sql"][:200] for query in told)
