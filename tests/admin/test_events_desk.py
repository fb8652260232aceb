"""Busy time that is not a booking, as staff enter it: by the clocks where the resource is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from bookings.lifecycle import add_event
from bookings.models import Event, Occupancy
from tests.admin.conftest import text_of, values_of
from tests.situations import a_resource

pytestmark = pytest.mark.django_db
ADD = reverse("admin:bookings_event_add")


def a_calendar(zone="Europe/Berlin"):
    return a_resource(timezone=zone).calendars.get()


def an_event(calendar, start, hours=1, **fields):
    return add_event(
        Event(calendar=calendar, start=start, end=start + timedelta(hours=hours), what="Ill", **fields)
    )


def typed(calendar, first, last, **more):
    """First and last as "2033-03-14 09:00", or a day alone."""
    values = {"calendar": str(calendar.pk), "what": "Ill"}
    for name, text in (("first", first), ("last", last)):
        values[f"{name}-day"], _, values[f"{name}-clock"] = text.partition(" ")
    return values | more


def page(event, name="change"):
    return reverse(f"admin:bookings_event_{name}", args=[event.pk])


def test_busy_time_is_read_by_the_clocks_there_and_takes_the_time(manager):
    calendar = a_calendar()
    values = typed(calendar, "2033-07-14 09:00", "2033-07-14 10:30")
    assert manager.post(ADD, values).status_code == 302
    event = Event.objects.get()
    assert (event.start, event.end) == (
        datetime(2033, 7, 14, 7, 0, tzinfo=UTC),
        datetime(2033, 7, 14, 8, 30, tzinfo=UTC),
    )
    piece = Occupancy.objects.get()
    assert (piece.resource_id, piece.start, piece.end) == (calendar.resource_id, event.start, event.end)


def test_whole_days_last_to_the_end_of_the_last_one(manager):
    manager.post(ADD, typed(a_calendar(), "2033-03-26", "2033-03-27", all_day="on"))
    event = Event.objects.get()
    assert event.start == datetime(2033, 3, 25, 23, 0, tzinfo=UTC)
    assert event.end == datetime(2033, 3, 27, 22, 0, tzinfo=UTC)  # the clocks went forward that night
    assert Occupancy.objects.get().all_day


def test_a_skipped_hour_is_refused_and_a_repeated_one_is_asked_about(manager):
    calendar = a_calendar()
    skipped = typed(calendar, "2033-03-27 02:30", "2033-03-27 04:00")
    assert "The clocks skip this time that night." in text_of(manager.post(ADD, skipped))
    repeated = typed(calendar, "2033-10-30 02:30", "2033-10-30 04:00")
    assert "The clocks show this time twice" in text_of(manager.post(ADD, repeated))
    assert manager.post(ADD, repeated | {"first-which": "1"}).status_code == 302
    assert Event.objects.get().start == datetime(2033, 10, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2033-07-14 09:00", "2033-07-14 09:00", "The end must come after the start."),
        ("2033-07-14 09:00", "2035-07-14 09:00", "An event lasts a year at most."),
        ("2033-07-14", "2033-07-14", "Say at what time, or that it takes whole days."),
        ("0001-01-01 00:00", "9999-12-31 23:59", "Ensure this value is"),
    ],
)
def test_times_that_are_none_are_refused_in_words(manager, first, last, said):
    assert said in text_of(manager.post(ADD, typed(a_calendar(), first, last)))
    assert not Event.objects.exists()


def test_everything_that_is_missing_is_said_at_once(manager):
    assert text_of(manager.post(ADD, {})).count("This field is required.") == 3


def test_saving_an_untouched_event_keeps_its_very_instants(manager):
    event = an_event(a_calendar(), datetime(2033, 10, 30, 1, 30, 15, tzinfo=UTC))
    assert manager.post(page(event), values_of(manager.get(page(event)))).status_code == 302
    assert Event.objects.get().start == event.start


def test_a_changed_event_frees_its_old_time(manager):
    event = an_event(a_calendar(), datetime(2033, 7, 14, 7, tzinfo=UTC))
    values = values_of(manager.get(page(event))) | {"first-clock": "11:00", "last-clock": "12:00"}
    assert manager.post(page(event), values).status_code == 302
    assert Occupancy.objects.get().start == datetime(2033, 7, 14, 9, tzinfo=UTC)


def test_a_removed_event_frees_its_time_once_it_was_confirmed(manager):
    event = an_event(a_calendar(), datetime(2033, 7, 14, 7, tzinfo=UTC))
    assert "09:00–10:00" in text_of(manager.get(page(event, "delete")))
    assert Event.objects.exists()
    assert manager.post(page(event, "delete")).status_code == 302
    assert not Occupancy.objects.exists()


def test_whoever_takes_time_gives_it_back_and_changes_nothing_else(desk):
    event = an_event(a_calendar(), datetime(2033, 3, 14, 9, tzinfo=UTC))
    shown = text_of(desk.get(page(event)))
    assert page(event, "delete") in shown
    assert desk.post(page(event), {"what": "Well"}).status_code == 403
    assert desk.get(ADD).status_code == 403
    assert desk.post(page(event, "delete")).status_code == 302
    assert not Event.objects.exists()
    assert not Occupancy.objects.exists()


def test_what_was_read_elsewhere_is_given_back_by_nobody_here(desk):
    event = an_event(a_calendar(), datetime(2033, 3, 14, 9, tzinfo=UTC))
    Event.objects.update(remote="elsewhere")
    assert page(event, "delete") not in text_of(desk.get(page(event)))
    assert desk.post(page(event, "delete")).status_code == 403


def test_whoever_may_only_look_sees_it_and_changes_nothing(designer):
    event = an_event(a_calendar(), datetime(2033, 7, 14, 7, tzinfo=UTC))
    shown = text_of(designer.get(page(event)))
    assert "Ill" in shown
    assert 'type="submit" class="default' not in shown
    assert designer.post(page(event), {"what": "Well"}).status_code == 403
    assert designer.post(page(event, "delete")).status_code == 403
    assert designer.get(ADD).status_code == 403


def test_new_busy_time_of_a_resource_begins_in_a_calendar_that_counts(manager):
    resource = a_resource()
    resource.calendars.update(provider_sync=False)
    counting = resource.busy_calendar()
    answer = manager.get(ADD, {"resource": resource.slug})
    assert values_of(answer)["calendar"] == str(counting.pk)
