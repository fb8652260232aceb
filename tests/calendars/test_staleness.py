"""A calendar that nobody has read for too long: staff hear of it once, and the project says the rest."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from bookings.availability.explain import explain_offering
from bookings.availability.offering import Catalogue
from bookings.availability.search import search
from bookings.availability.sources import StoredHours
from bookings.calendars.staleness import tell_of_stale
from bookings.effects.outbox import Sender
from bookings.errors import OutsideHours
from bookings.lifecycle import Actor, release
from bookings.management.sending import HANDLERS
from bookings.models import Connection, Site
from tests.admin.conftest import logged_in
from tests.api.conftest import server
from tests.calendars.conftest import soon
from tests.situations import SERVER, a_booking, a_hold, a_project, a_resource

pytestmark = pytest.mark.django_db
__all__ = ["server"]


@pytest.fixture
def anna():
    anna = a_resource(name="Anna")
    Connection.objects.create(
        resource=anna, kind="ics", address="example.org", state="works", synced_at=Now()
    )
    return anna


def goes_stale(**more) -> None:
    Connection.objects.update(synced_at=Now() - timedelta(hours=7), **more)


def found(project) -> list[bool]:
    """Whether ten o'clock is offered: by search, by the explanation, by the claim, and on the page."""
    offering = Catalogue.of(project).offerings[0]
    now = timezone.now()
    query = offering.query(soon(8), soon(12), zone=ZoneInfo("UTC"))
    searched = soon(10) in [slot.start for slot in search(query, now)]
    (time,) = explain_offering(offering, soon(10), soon(11), now).times
    page = Client().get(f"/book/{project.slug}/", {"day": f"{soon(10):%Y-%m-%d}"}).content.decode()
    return [searched, time.offered, claimed(project), 'class="time__at">10:00<' in page]


def claimed(project) -> bool:
    """Tried by a customer, and given back."""
    resource = project.links.get().resource
    try:
        hold = a_hold(resource, soon(10), project=project, by=Actor.customer())
    except OutsideHours as refusal:
        return refusal.data["rule"] != "calendars"
    release(hold, by=Actor.customer())
    return True


def test_a_project_offers_on_by_what_was_known_last_unless_it_wants_to_know(anna):
    usual, careful = a_project(anna), a_project(anna, needs_fresh_calendars=True)
    assert (found(usual), found(careful)) == ([True] * 4, [True] * 4)
    goes_stale()
    assert (found(usual), found(careful)) == ([True] * 4, [False] * 4)
    Connection.objects.update(synced_at=Now())
    assert found(careful) == [True] * 4


def test_only_the_resource_whose_calendar_is_stale_is_left_out(anna):
    ben = a_resource(name="Ben")
    project = a_project(anna, ben, needs_fresh_calendars=True)
    goes_stale()
    query = Catalogue.of(project).offerings[0].query(soon(10), soon(11), zone=ZoneInfo("UTC"))
    assert {one.pk for slot in search(query, timezone.now()) for one in slot.resources} == {ben.pk}


def test_the_explanation_names_the_rule_the_resource_and_the_remedy(server, anna):
    project = a_project(anna, needs_fresh_calendars=True)
    goes_stale()
    wanted = {"project_id": str(project.pk), "start": soon(10).isoformat(), "end": soon(11).isoformat()}
    broken = [
        rule
        for time in server.post("/availability/explain", wanted).json()["data"]["times"]
        for rule in time["rules"]
        if not rule["passed"]
    ]
    assert [rule["rule"] for rule in broken] == ["calendars"]
    assert "connect it again" in broken[0]["sentence"]


def test_staff_and_what_never_asked_are_not_bound_by_it(anna, django_assert_num_queries):
    careful = a_project(anna, needs_fresh_calendars=True)
    goes_stale()
    assert a_booking(anna, soon(10), project=careful, by=SERVER).state.occupies
    hours = StoredHours([anna], [a_project(anna)])
    with django_assert_num_queries(0):
        assert not hours.is_stale(anna, None)


def test_staff_are_told_once_each_time_a_calendar_goes_stale(anna, settings, mailoutbox):
    settings.MAIL_IS_SET_UP = True
    Site.objects.update_or_create(pk=1, defaults={"email": "desk@example.com"})
    tell_of_stale()
    goes_stale()
    for _minute in range(3):
        tell_of_stale()
        Sender(HANDLERS).send_all()
    (letter,) = mailoutbox
    assert (letter.to, "Anna" in letter.subject) == (["desk@example.com"], True)
    assert "7 hours" not in letter.body
    assert "6 hours" in letter.body
    Connection.objects.update(synced_at=Now())
    tell_of_stale()
    Connection.objects.update(synced_at=Now() - timedelta(hours=9))
    tell_of_stale()
    Sender(HANDLERS).send_all()
    assert len(mailoutbox) == 2


def test_a_switch_at_the_desk_says_what_then(anna):
    project = a_project(anna)
    page = logged_in("manager").get(f"/admin/bookings/project/{project.pk}/change/").content.decode()
    assert "needs_fresh_calendars" in page
