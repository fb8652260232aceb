"""The sandbox at the desk: which side a row is on, copies by one press, emptied by one, and counted by nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from bookings.admin.today.numbers import numbers_for
from bookings.lifecycle import Actor, join_people
from bookings.models import ApiKey, Booking, Person, Project, Resource, Site
from tests.admin.conftest import text_of, values_of
from tests.situations import a_booking, a_hold, a_location, a_project, a_resource, a_server_key, at
from tests.worlds import a_world

pytestmark = pytest.mark.django_db


def url(row, page="change"):
    return reverse(f"admin:bookings_{row._meta.model_name}_{page}", args=[row.pk])


def listed(name: str) -> str:
    return reverse(f"admin:bookings_{name}_changelist")


def test_no_list_and_no_figure_of_the_desk_has_a_test(manager, admin):
    tests = a_world("okapi", is_test=True)
    a_booking(tests.resource, at(9), graph="confirm_decline")
    for name in ("booking", "reservation", "event", "outboxmessage"):
        shown = text_of(admin.get(listed(name)))
        assert "okapi" not in shown
        assert "test_webhook" not in shown
    assert "okapi" not in text_of(admin.get(listed("booking"), {"waiting": "you"}))
    Site.objects.update_or_create(pk=1)
    assert numbers_for(User.objects.get(username="admin")).waiting == 0
    for row in (tests.booking, tests.hold, tests.event):
        assert admin.get(url(row)).status_code in {302, 404}
    assert admin.get(url(tests.booking, "correct")).status_code == 404
    for page in ("new", "add"):
        assert "okapi" not in text_of(admin.get(reverse(f"admin:bookings_booking_{page}"))).lower()
    assert "okapi" not in text_of(admin.get(reverse("admin:bookings_event_add")))
    assert "okapi" not in text_of(admin.get(reverse("admin:bookings_resource_why")))


def test_no_page_of_the_day_has_a_test(admin):
    tests = a_world("okapi", is_test=True)
    a_booking(tests.resource, at(9), graph="confirm_decline", what="okapi visit", by=Actor("staff", "1"))
    join_people()
    assert not Person.objects.exists()
    day = "?date=2033-03-14&day=2033-03-14"
    pages = ("calendar", "calendar_feed", "waiting", "paper", "take_time", "new")
    for address in (
        reverse("admin:index"),
        *(reverse(f"admin:bookings_booking_{name}") for name in pages),
        reverse("admin:bookings_booking_export", args=["csv"]),
        reverse("admin:bookings_person_changelist"),
        reverse("admin:bookings_booking_wrong"),
    ):
        answer = admin.get(address + day, follow=True)
        assert answer.status_code == 200, address
        assert b"okapi" not in b"".join(answer), address


@pytest.mark.parametrize("use", [a_booking, a_hold])
def test_a_resource_that_was_booked_or_held_keeps_its_side_and_says_why(manager, use):
    resource = a_resource()
    use(resource, at(9))
    answer = manager.post(url(resource), values_of(manager.get(url(resource))) | {"is_test": "on"})
    (told,) = answer.context["adminform"].form.errors["is_test"]
    assert told.startswith("It was booked or held already")
    resource.refresh_from_db()
    assert not resource.is_test


def test_a_resource_that_nobody_used_changes_its_side(manager):
    resource = a_resource()
    assert (
        manager.post(url(resource), values_of(manager.get(url(resource))) | {"is_test": "on"}).status_code
        == 302
    )
    resource.refresh_from_db()
    assert resource.is_test


def test_a_resource_of_a_project_stays_on_its_side(manager):
    resource = a_resource()
    a_project(resource)
    answer = manager.post(url(resource), values_of(manager.get(url(resource))) | {"is_test": "on"})
    assert list(answer.context["adminform"].form.errors) == ["is_test"]


@pytest.mark.parametrize("is_test", [True, False])
def test_a_project_that_mixes_is_refused_at_the_field(manager, is_test):
    own, other = a_resource(is_test=is_test), a_resource(is_test=not is_test)
    project = a_project(own, is_test=is_test)
    typed = values_of(manager.get(url(project))) | {
        "links-1-resource": str(other.pk),
        "links-TOTAL_FORMS": "2",
    }
    answer = manager.post(url(project), typed)
    tables = answer.context["inline_admin_formsets"]
    (wrong,) = [form.errors for table in tables for form in table.formset.forms if form.errors]
    assert list(wrong) == ["resource"]
    assert list(project.resources.all()) == [own]


def test_a_location_of_the_other_side_is_refused_at_the_field(manager):
    place, resource = a_location(is_test=True), a_resource()
    typed = values_of(manager.get(url(resource))) | {"location": str(place.pk)}
    answer = manager.post(url(resource), typed)
    assert list(answer.context["adminform"].form.errors) == ["location"]
    a_resource(location=place, is_test=True)
    refused = manager.post(
        url(place), {k: v for k, v in values_of(manager.get(url(place))).items() if k != "is_test"}
    )
    assert list(refused.context["adminform"].form.errors) == ["is_test"]


def test_one_press_makes_copies_and_says_how_many(manager):
    resource = a_resource(slug="doc")
    project = a_project(resource, slug="visit")
    for row, name in ((resource, "resource"), (project, "project")):
        pressed = {"action": "copy_for_tests", "_selected_action": [str(row.pk)]}
        answer = manager.post(listed(name), pressed, follow=True)
        assert "1 copy for tests is made." in text_of(answer)
        again = manager.post(listed(name), pressed, follow=True)
        assert "They have copies for tests already" in text_of(again)
    made = Project.objects.get(is_test=True)
    assert [one.slug for one in made.resources.all()] == ["test-doc"]


def test_one_press_empties_it_and_the_copies_stay_unless_asked(manager, desk):
    live, tests = a_world("zebra", is_test=False), a_world("okapi", is_test=True)
    page = reverse("admin:bookings_apikey_sandbox")
    assert page in manager.get(listed("apikey")).content.decode()
    assert "2 bookings and 1 hold for tests go" in text_of(manager.get(page))
    assert desk.post(page).status_code == 403
    assert manager.post(page).status_code == 302
    assert set(Booking.objects.values_list("is_test", flat=True)) == {False}
    assert Resource.objects.filter(pk=tests.resource.pk).exists()
    manager.post(page, {"copies": "on"})
    assert list(Resource.objects.all()) == [live.resource]


def test_a_key_for_tests_is_issued_and_limited_to_what_it_sees(admin):
    add = reverse("admin:bookings_apikey_add")
    live, own = a_project(a_resource()), a_project(a_resource(is_test=True), is_test=True)
    typed = {"kind": "server", "name": "Tester", "is_test": "on", "origins": ""}
    refused = admin.post(add, typed | {"projects": [live.pk]})
    assert list(refused.context["adminform"].form.errors) == ["projects"]
    assert "test_api_key_" in text_of(admin.post(add, typed | {"projects": [own.pk]}))
    key = ApiKey.objects.get()
    assert (key.is_test, list(key.projects.all())) == (True, [own])
    other, _value = a_server_key()
    refused = admin.post(url(other), values_of(admin.get(url(other))) | {"projects": [str(own.pk)]})
    assert list(refused.context["adminform"].form.errors) == ["projects"]
