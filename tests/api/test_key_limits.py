"""What a public page may leave empty, and what it may answer, of what its project has settled."""

from typing import Any

import pytest

from bookings.models import Booking, Project, Resource
from tests.api.conftest import MARTY, Door, hour
from tests.situations import a_project

RULES = {"min_cancel_time": "1 week", "automatic_times": {"decline_when_late": "1 hour"}}
PLAN = {"plan": {"title": "Plan", "prefilled": "basic", "readonly": True}}


@pytest.fixture
def strict(doc: str) -> Project:
    """A project with rules of its own, and with an entry of its own."""
    own = {"graph": "instant", "settings": RULES, "meta": {"desk": "north"}}
    return a_project(Resource.objects.get(pk=doc), booking=own)


def visit(project: Project, **more: Any) -> dict[str, Any]:
    doc = str(project.links.get().resource_id)
    return {"project_id": str(project.pk), "resource_id": doc, "customer": MARTY, **hour(days=5), **more}


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
@pytest.mark.parametrize("name", ["settings", "meta"])
def test_nothing_in_the_place_of_an_object_drops_none_of_what_the_project_has(
    widget: Door, strict: Project, name: str, path: str
) -> None:
    refusal = widget.post(path, visit(strict, **{name: None}))
    assert (refusal.status_code, refusal.json()["field"]) == (403, name)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"min_cancel_time": None},
        {"min_cancel_time": ""},
        {"automatic_times": None},
        {"automatic_times": {}},
        {"automatic_times": {"decline_when_late": None}},
    ],
)
def test_nothing_in_the_place_of_a_setting_is_another_setting(
    widget: Door, strict: Project, settings: dict[str, Any]
) -> None:
    assert widget.post("/bookings", visit(strict, settings=settings)).status_code == 403


@pytest.mark.parametrize("more", [{}, {"settings": {}}, {"settings": []}, {"meta": {}}, {"meta": []}])
def test_an_object_without_anything_in_it_changes_nothing(
    widget: Door, strict: Project, more: dict[str, Any]
) -> None:
    widget.made("/bookings", visit(strict, **more))
    booking = Booking.objects.get()
    assert (booking.min_cancel_time.days, booking.meta) == (7, {"desk": "north"})
    assert booking.automatic_times == {"decline_when_late": "P0DT01H00M00S"}


@pytest.mark.parametrize("name", ["settings", "meta"])
def test_where_the_project_has_none_nothing_is_harmless(
    widget: Door, consultation: Project, name: str
) -> None:
    widget.made("/bookings", visit(consultation, **{name: None}))
    assert not Booking.objects.get().allow_double_bookings


def test_a_server_may_leave_out_what_the_project_has(server: Door, strict: Project) -> None:
    server.made("/bookings", visit(strict, settings=None, meta=None))
    assert Booking.objects.get().min_cancel_time is None


def answered(door: Door, project: Project, **customer: Any) -> dict[str, Any]:
    door.made("/bookings", visit(project, customer=MARTY | customer))
    return Booking.objects.get().customer.answers


@pytest.fixture
def planned(consultation: Project) -> Project:
    """A project with a question whose answer it gives itself."""
    consultation.customer_fields = {"name": {}, "email": {}, **PLAN}
    consultation.save()
    return consultation


@pytest.mark.parametrize("sent", [{"plan": "gold"}, {"plan": None}, {"plan": "basic"}, {}])
def test_a_page_answers_no_question_that_is_only_to_be_read(
    widget: Door, planned: Project, sent: dict[str, Any]
) -> None:
    assert answered(widget, planned, **sent) == {"plan": "basic"}


def test_neither_does_a_hold_of_a_page_answer_it(widget: Door, planned: Project) -> None:
    held = widget.made("/bookings/reserve", visit(planned, customer=MARTY | {"plan": "gold"}))
    widget.made("/bookings", {"reservation_id": held["id"]})
    assert Booking.objects.get().customer.answers == {"plan": "basic"}


def test_an_address_that_is_only_to_be_read_is_the_projects(widget: Door, planned: Project) -> None:
    planned.customer_fields["email"] = {"prefilled": "desk@example.com", "readonly": True}
    planned.save()
    answered(widget, planned)
    assert Booking.objects.get().customer.email == "desk@example.com"


def test_a_page_answers_a_question_that_begins_with_something_or_with_nothing(
    widget: Door, planned: Project
) -> None:
    planned.customer_fields |= {"size": {"prefilled": "41"}, "code": {"readonly": True}}
    planned.save()
    assert answered(widget, planned, size="42", code="88") == {"plan": "basic", "size": "42", "code": "88"}


def test_a_server_answers_what_it_likes(server: Door, planned: Project) -> None:
    assert answered(server, planned, plan="gold") == {"plan": "gold"}


@pytest.fixture(params=["option", "resource"])
def specific(request: pytest.FixtureRequest, strict: Project) -> Project:
    """The project, whose option or resource says another graph, cut-off and place than it does itself."""
    row = (strict.options if request.param == "option" else strict.links).get()
    times = {"min_cancel_time": "2 days", "allow_double_bookings": True}
    row.booking = {"graph": "confirm_decline", "where": "Upstairs", "settings": times}
    row.save()
    strict.booking |= {"where": "Downstairs"}
    strict.save()
    return strict


def test_a_page_that_sends_back_what_its_project_says_gets_what_its_option_or_resource_says(
    widget: Door, specific: Project
) -> None:
    told = widget.read(f"/projects/embed/{specific.pk}")["booking"]
    made = widget.made("/bookings", visit(specific, **told))
    booking = Booking.objects.get()
    assert (made["graph"], booking.min_cancel_time.days) == ("confirm_decline", 2)
    assert (booking.where, booking.meta) == ("Upstairs", {"desk": "north"})
    assert booking.automatic_times == {"decline_when_late": "P0DT01H00M00S"}
    assert booking.allow_double_bookings


def test_so_does_its_hold_and_the_booking_of_it(widget: Door, specific: Project) -> None:
    told = widget.read(f"/projects/embed/{specific.pk}")["booking"]
    held = widget.made("/bookings/reserve", visit(specific, **told))
    made = widget.made("/bookings", visit(specific, **told, reservation_id=held["id"]))
    assert (made["graph"], Booking.objects.get().where) == ("confirm_decline", "Upstairs")


def test_so_does_its_move(widget: Door, server: Door, specific: Project) -> None:
    first = server.made("/bookings", visit(specific, graph="instant"))
    specific.booking["settings"] |= {"allow_double_bookings": False}
    specific.save()
    move = {"resource_id": visit(specific)["resource_id"], **hour(days=6)}
    told = {"settings": {"allow_double_bookings": False}}
    assert widget.post(f"/bookings/{first['id']}/reschedule", move | told).status_code == 201
    assert Booking.objects.latest("created_at").allow_double_bookings


@pytest.mark.parametrize(
    "other",
    [
        {"graph": "request"},
        {"graph": None},
        {"settings": {"min_cancel_time": "1 hour"}},
        {"settings": {"automatic_times": {}}},
        {"settings": None},
        {"participants": ["biff@example.com"]},
    ],
    ids=str,
)
def test_what_neither_says_is_refused_all_the_same(
    widget: Door, specific: Project, other: dict[str, Any]
) -> None:
    assert widget.post("/bookings", visit(specific, **other)).status_code == 403
    assert not Booking.objects.exists()
