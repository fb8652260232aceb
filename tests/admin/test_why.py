"""“Why not this time?”: every rule's verdict in words, and a link to what decides."""

from datetime import time

import pytest
from django.urls import reverse

from bookings.models import WeeklyHours
from tests.admin.conftest import text_of
from tests.situations import a_booking, a_hold, a_project, a_resource, at

pytestmark = pytest.mark.django_db
WHY = reverse("admin:bookings_resource_why")


@pytest.fixture
def doc():
    resource = a_resource(timezone="UTC")
    for weekday in range(7):
        WeeklyHours.objects.create(resource=resource, weekday=weekday, opens=time(9), closes=time(17))
    return resource


def asked(project, resource, moment, **more):
    values = {"project": project.pk, "resource": resource.pk}
    return values | {"day": f"{moment:%Y-%m-%d}", "clock": f"{moment:%H:%M}"} | more


def test_a_free_time_passes_every_rule(desk, doc):
    project = a_project(doc)
    shown = text_of(desk.get(WHY, asked(project, doc, at(10))))
    assert "This time is offered." in shown


def test_a_closed_hour_leads_to_the_hours_that_close_it(desk, doc):
    shown = text_of(desk.get(WHY, asked(a_project(doc), doc, at(18))))
    assert "This time is not offered." in shown
    assert "The resource is closed, for a part of the time at least." in shown
    assert reverse("admin:bookings_resource_change", args=[doc.pk]) in shown


def test_taken_time_leads_to_the_booking_that_takes_it(desk, designer, doc):
    booking = a_booking(doc, at(10))
    url = reverse("admin:bookings_booking_change", args=[booking.pk])
    values = asked(a_project(doc), doc, at(10))
    assert url in text_of(desk.get(WHY, values))
    assert url not in text_of(designer.get(WHY, values))


def test_held_time_leads_to_the_hold_in_the_clocks_of_the_resource(desk):
    doc = a_resource(timezone="Asia/Kolkata")
    hold = a_hold(doc, at(10), project=a_project(doc))
    url = reverse("admin:bookings_reservation_change", args=[hold.pk])
    shown = text_of(desk.get(WHY, asked(hold.project, doc, at(15, 30))))
    assert url in shown
    assert "15:30–16:30" in shown
    page = text_of(desk.get(url))
    assert "15:30–16:30" in page
    assert 'name="_save"' not in page
    assert desk.post(url).status_code == 403


def test_a_resource_of_another_project_is_said_in_words(desk, doc):
    shown = text_of(desk.get(WHY, asked(a_project(), doc, at(10))))
    assert "The project does not offer this resource." in shown


def test_settings_that_cannot_be_read_are_said_in_words(desk, doc):
    project = a_project(doc, availability={"timeslot_increments": "now and then"})
    response = desk.get(WHY, asked(project, doc, at(10)))
    assert response.status_code == 200
    assert "errornote" in text_of(response) or "errorlist" in text_of(response)


def test_an_empty_question_names_what_is_missing(desk):
    assert text_of(desk.get(WHY, {"day": ""})).count("This field is required.") == 4
