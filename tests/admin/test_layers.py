"""The editor of layers: inherits beside each known key, unknown keys untouched, nothing changed by looking."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Project
from tests.admin.conftest import text_of, values_of
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db

STORED = {
    "graph": "instant",
    "what": "Haircut",
    "where": None,
    "invite": False,
    "participants": ["a@example.org"],
    "settings": {"min_cancel_time": "2 hours", "of_tomorrow": [1]},
    "of_an_integrator": {"kept": True},
}
FIELDS = {
    "name": {"title": "Name", "required": True, "since": 2021},
    "size": {"title": "Size", "format": "select", "enum": ["S", "M"]},
    "phone": {"format": "tel"},
}
REMINDER = {"type": "email", "settings": {"recipient": "customer", "subject": "Soon"}, "id": 7} | {
    "when": {"type": "before", "unit": "hours", "time": 24}
}


@pytest.fixture
def project() -> Project:
    return a_project(
        a_resource(),
        booking=STORED,
        availability={"length": "45 minutes", "mode": "mutual", "x": 1},
        customer_fields=FIELDS,
        reminders=[REMINDER],
        availability_constraints=[{"allow_day": {"day": "Monday"}}, {"allow_hours": {"start": 9, "end": 17}}],
        embed_origins=["https://example.com"],
    )


def url(project: Project) -> str:
    return reverse("admin:bookings_project_change", args=[project.pk])


def save(client: Client, project: Project, **changes: Any) -> Any:
    """Send the page back as it was shown, but for ``changes``; None takes a control away."""
    values = values_of(client.get(url(project))) | changes
    return client.post(url(project), {name: value for name, value in values.items() if value is not None})


def saved(client: Client, project: Project, **changes: Any) -> Project:
    response = save(client, project, **changes)
    assert response.status_code == 302, [form.errors for form in [response.context["adminform"].form]]
    project.refresh_from_db()
    return project


def test_saving_an_untouched_page_changes_no_layer(manager, project):
    before = Project.objects.values(
        "booking", "availability", "ui", "customer_fields", "reminders", "availability_constraints"
    ).get(pk=project.pk)
    saved(manager, project)
    assert Project.objects.values(*before).get(pk=project.pk) == before


def test_no_known_key_is_shown_as_raw_json(manager, project):
    page = text_of(manager.get(url(project)))
    assert "graph&quot;:" not in page
    assert "min_cancel_time" in page  # the control's name
    assert 'value="2 hours"' in page


def test_who_may_only_look_sees_the_same_words_switched_off(desk, project):
    page = text_of(desk.get(url(project)))
    for key in ("graph", "length", "since", "allow_day"):
        assert f"{key}&quot;:" not in page
    assert re.search(r'name="booking-what_own"[^>]* disabled', page)
    assert re.search(r'name="customer_fields-0-title"[^>]* disabled', page)
    assert "<p>1 hour</p>" in page


def test_unknown_keys_are_named_and_kept(manager, project):
    assert "of_an_integrator" in text_of(manager.get(url(project)))
    layer = saved(manager, project, **{"booking-what_own": "Shave"}).booking
    assert layer == STORED | {"what": "Shave"}


def test_ticking_inherits_takes_the_key_away(manager, project):
    layer = saved(
        manager,
        project,
        **{"booking-settings.min_cancel_time_inherits": "on", "booking-settings.min_cancel_time_own": ""},
    ).booking
    assert layer["settings"] == {"of_tomorrow": [1]}


def test_an_explicit_no_is_stored_and_inherits_is_not_no(manager, project):
    layer = saved(manager, project, **{"booking-settings.allow_double_bookings": "False"}).booking
    assert layer["settings"]["allow_double_bookings"] is False
    layer = saved(manager, project, **{"booking-settings.allow_double_bookings": ""}).booking
    assert "allow_double_bookings" not in layer["settings"]


def test_a_value_typed_beside_the_box_that_stood_ticked_is_taken(manager, project):
    layer = saved(manager, project, **{"booking-description_own": "By the barber"}).booking
    assert layer == STORED | {"description": "By the barber"}


def test_ticking_inherits_beside_the_value_that_stood_there_takes_it_away(manager, project):
    layer = saved(manager, project, **{"booking-what_inherits": "on"}).booking
    assert layer == {key: value for key, value in STORED.items() if key != "what"}


def test_who_ticks_inherits_and_types_another_value_is_asked_which_is_meant(manager, project):
    changes = {"booking-what_inherits": "on", "booking-what_own": "Shave"}
    response = save(manager, project, **changes)
    assert "Untick “inherits”" in text_of(response)
    assert 'value="Shave"' in text_of(response)
    project.refresh_from_db()
    assert project.booking == STORED


def beside(page: str, name: str) -> str:
    """The words of the box *inherits* of a key, or of the first choice."""
    found = re.search(rf'name="{re.escape(name)}_inherits"[^>]*>([^<]*)</label>', page)
    found = found or re.search(rf'name="{re.escape(name)}"[^>]*>\s*<option value=""[^>]*>([^<]*)<', page)
    assert found, name
    return found[1].strip()


def test_what_a_project_inherits_is_said_with_where_it_comes_from(manager, project):
    page = text_of(manager.get(url(project)))
    assert beside(page, "availability-to") == "inherits: 4 weeks, the built-in default"
    assert beside(page, "availability-round_to_nearest_hour") == "inherits: no, the built-in default"
    assert beside(page, "booking-graph") == "inherits: Booked at once (instant), the built-in default"
    assert beside(page, "booking-participants") == "inherits: nothing, the built-in default"
    assert beside(page, "booking-settings.max_booking_time") == "inherits: none, bookable however far ahead"
    assert (
        beside(page, "booking-reservation_time") == "inherits: 600 on the site&#x27;s pages, 30 for programs"
    )


def test_what_an_option_or_a_resource_in_it_inherits_comes_from_the_project(manager, project):
    link, option = project.links.get(), project.options.get()
    for kind, row in (("option", option), ("projectresource", link)):
        page = text_of(manager.get(reverse(f"admin:bookings_{kind}_change", args=[row.pk])))
        assert beside(page, "booking-settings.min_cancel_time") == "inherits: 2 hours, from the project"
        assert beside(page, "booking-what") == "inherits: Haircut, from the project"
        assert beside(page, "booking-my_rsvp") == "inherits: accepted, the built-in default"


def test_a_duration_in_a_layer_is_checked_in_words(manager, project):
    changes = {
        "booking-settings.min_booking_time_inherits": None,
        "booking-settings.min_booking_time_own": "soon",
    }
    assert "This is no duration" in text_of(save(manager, project, **changes))


def test_the_time_of_an_automatic_action_can_be_set(manager, project):
    name = "booking-settings.automatic_times.expire"
    layer = saved(manager, project, **{f"{name}_inherits": None, f"{name}_own": "3 days"}).booking
    assert layer["settings"]["automatic_times"] == {"expire": "3 days"}


def test_a_customer_field_is_changed_without_losing_what_else_it_holds(manager, project):
    fields = saved(manager, project, **{"customer_fields-0-title": "Full name"}).customer_fields
    assert fields["name"] == {"title": "Full name", "required": True, "since": 2021, "format": "string"}
    assert fields["size"] == FIELDS["size"]


def test_a_customer_field_is_added_and_another_taken_away(manager, project):
    changes = {
        "customer_fields-1-DELETE": "on",
        "customer_fields-3-key": "shoe",
        "customer_fields-3-title": "Shoe",
    }
    fields = saved(manager, project, **changes).customer_fields
    assert list(fields) == ["name", "phone", "shoe"]
    assert fields["shoe"] == {"title": "Shoe", "format": "string"}


def test_a_choice_without_entries_is_refused(manager, project):
    assert "A choice needs entries" in text_of(save(manager, project, **{"customer_fields-1-enum": ""}))


def test_a_reminder_goes_out_a_year_before_at_most(manager, project):
    far = {"reminders-0-time": "367", "reminders-0-unit": "days"}
    assert "A year before or after is the farthest." in text_of(save(manager, project, **far))
    assert saved(manager, project, **far | {"reminders-0-time": "366"}).reminders[0]["when"]["time"] == 366


def test_a_reminder_may_come_at_the_start(manager, project):
    assert saved(manager, project, **{"reminders-0-time": "0"}).reminders[0]["when"]["time"] == 0
    assert saved(manager, project).reminders[0]["when"]["time"] == 0


def test_a_reminder_keeps_what_it_holds_besides(manager, project):
    reminders = saved(manager, project, **{"reminders-0-time": "48"}).reminders
    assert reminders == [REMINDER | {"when": {"type": "before", "unit": "hours", "time": 48}}]


def test_a_constraint_that_cannot_be_read_is_refused_in_words(manager, project):
    changes = {"availability_constraints-2-kind": "block_period", "availability_constraints-2-start": "soon"}
    response = save(manager, project, **changes)
    assert response.status_code == 200
    project.refresh_from_db()
    assert len(project.availability_constraints) == 2


def test_a_constraint_is_added(manager, project):
    changes = {"availability_constraints-2-kind": "block_weekends"}
    constraints = saved(manager, project, **changes).availability_constraints
    assert constraints[-1] == {"block_weekends": {}}


def test_an_options_length_is_typed_in_words(manager, project):
    saved(manager, project, **{"options-0-length": "1 hour 30 minutes"})
    assert project.options.get().length.total_seconds() == 5400
    assert "The unit is missing" in text_of(save(manager, project, **{"options-0-length": "90"}))


def test_an_option_has_a_layer_of_its_own(manager, project):
    option = project.options.get()
    page = reverse("admin:bookings_option_change", args=[option.pk])
    values = values_of(manager.get(page)) | {"booking-what_own": "Long haircut"}
    del values["booking-what_inherits"]
    assert manager.post(page, values).status_code == 302
    option.refresh_from_db()
    assert option.booking == {"what": "Long haircut"}


def test_origins_are_checked(manager, project):
    assert "origin like" in text_of(save(manager, project, embed_origins="https://example.com/page"))
    saved(manager, project, embed_origins="https://example.com\nhttp://localhost:3000")
    assert project.embed_origins == ["https://example.com", "http://localhost:3000"]


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.django_db(transaction=True)
def test_typing_a_value_unticks_inherits_and_looking_at_it_does_not(browser, live_server, manager, project):
    context = browser.new_context()
    cookie = {"name": "sessionid", "value": manager.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(live_server.url + url(project))
    page.get_by_text("How times are found").click()
    box, own = (page.locator(f'[name="availability-buffer_after_{part}"]') for part in ("inherits", "own"))
    own.focus()
    assert box.is_checked()
    own.press_sequentially("15")
    assert not box.is_checked()
    assert page.locator('[name="availability-buffer_before_inherits"]').is_checked()
    context.close()


def test_only_a_project_as_a_whole_says_how_many_places_one_booking_may_have(manager: Client) -> None:
    project = a_project(a_resource(), booking={"graph": "group_customer"})
    shown = values_of(manager.get(url(project)))
    names = [name for name in shown if "max_places" in name]
    assert names
    assert all(name.startswith("booking-") for name in names)
    saved(
        manager,
        project,
        **{"booking-settings.max_places_own": "3", "booking-settings.max_places_inherits": None},
    )
    project.refresh_from_db()
    assert project.booking == {"graph": "group_customer", "settings": {"max_places": 3}}
