"""Two members of staff have the same page open, and one saves before the other."""

import pytest
from django.urls import reverse

from bookings.lifecycle import correct
from bookings.models import Location, Person, Webhook, WeeklyHours
from tests.admin.conftest import text_of, values_of
from tests.situations import SERVER, a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
TOLD = "Somebody else changed this meanwhile"


def change(row: object) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def test_what_others_saved_is_overwritten_only_after_it_was_told(manager, admin):
    project = a_project()
    opened = values_of(manager.get(change(project)))
    admin.post(change(project), values_of(admin.get(change(project))) | {"options-0-price": "40"})
    refused = manager.post(change(project), opened | {"summary": "Half an hour"})
    assert TOLD in text_of(refused)
    assert values_of(refused)["summary"] == "Half an hour"
    project.refresh_from_db()
    assert (project.summary, project.options.get().price) == ("", 40)
    assert manager.post(change(project), values_of(refused)).status_code == 302
    project.refresh_from_db()
    assert (project.summary, project.options.get().price) == ("Half an hour", None)


def test_ones_own_saving_twice_is_nobody_elses(manager):
    resource = a_resource()
    opened = values_of(manager.get(change(resource)))
    for name in ("Doc", "Dr Brown"):
        assert manager.post(change(resource), opened | {"name": name}).status_code == 302


@pytest.mark.parametrize(
    "make", [a_resource, lambda: Location.objects.create(name="Hall"), Webhook.objects.create]
)
def test_a_program_is_somebody_else(manager, make):
    row = make()
    opened = values_of(manager.get(change(row)))
    row.save()
    assert TOLD in text_of(manager.post(change(row), opened))


def test_hours_are_of_the_page_that_they_stand_on(manager):
    resource, other = a_resource(), a_resource(slug="other")
    opened = values_of(manager.get(change(resource)))
    WeeklyHours.objects.create(resource=other, weekday=0, opens="09:00", closes="17:00")
    assert manager.post(change(resource), opened).status_code == 302
    WeeklyHours.objects.create(resource=resource, weekday=0, opens="09:00", closes="17:00")
    assert TOLD in text_of(manager.post(change(resource), opened))


def test_so_are_corrections_of_a_booking(manager, admin):
    booking = a_booking(a_resource(), at(9))
    url = reverse("admin:bookings_booking_correct", args=[booking.pk])
    opened = values_of(manager.get(url))
    admin.post(url, values_of(admin.get(url)) | {"staff_note": "Oil allergy"})
    refused = manager.post(url, opened | {"what": "Lightning"})
    assert TOLD in text_of(refused)
    booking.refresh_from_db()
    assert (booking.what, booking.staff_note) == (opened["what"], "Oil allergy")
    assert manager.post(url, values_of(refused) | {"staff_note": "Oil allergy"}).status_code == 302
    opened = values_of(manager.get(url))
    for note in ("Nuts", "Nuts and oil"):
        assert manager.post(url, opened | {"staff_note": note}).status_code == 302
    correct(booking, by=SERVER, changes={"what": "Thunder"})
    assert TOLD in text_of(manager.post(url, opened))
    booking.refresh_from_db()
    assert (booking.what, booking.staff_note) == ("Thunder", "Nuts and oil")


def test_so_are_notes_about_a_person(manager, admin):
    person = Person(name="Maria")
    person.set_keys()
    Person.objects.bulk_create([person])  # as the worker makes them
    url = change(Person.objects.get())
    opened = values_of(manager.get(url))
    for note in ("Nuts", "Nuts and oil"):
        assert manager.post(url, opened | {"note": note}).status_code == 302
    refused = admin.post(url, opened | {"note": "Afraid of dogs"})
    assert TOLD in text_of(refused)
    assert values_of(refused)["note"] == "Afraid of dogs"
    assert Person.objects.get().note == "Nuts and oil"
    assert admin.post(url, values_of(refused)).status_code == 302
    assert Person.objects.get().note == "Afraid of dogs"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-01-01", "9" * 5000, "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_of_ours_is_no_error(manager, seen):
    resource = a_resource()
    opened = values_of(manager.get(change(resource)))
    assert manager.post(change(resource), opened | {"seen": seen}).status_code in {200, 302}
