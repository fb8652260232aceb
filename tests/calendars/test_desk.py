"""Connected calendars at the desk: connected, chosen, looked at and disconnected by staff."""

import pytest
from django.urls import reverse

from bookings.lifecycle import act
from bookings.models import Booking, Calendar, CalendarEntry, Connection, Site
from tests.admin.conftest import logged_in, text_of
from tests.calendars.conftest import PASSWORD, an_ics, lasting, soon
from tests.calendars.worlds import busy, connected, read_all, write_all
from tests.situations import SERVER, a_booking, a_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def manager():
    return logged_in("manager")


def page(name: str, *ids) -> str:
    return reverse(f"admin:bookings_resource_calendars{name}", args=ids)


def test_staff_connect_an_account_and_a_worker_finds_its_calendars(manager, anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    typed = {"url": account.url, "user": account.user, "password": PASSWORD}
    answer = manager.post(page("_caldav", anna.pk), typed, follow=True)
    assert "being connected" in text_of(answer)
    assert PASSWORD not in answer.content.decode()
    read_all()
    said = text_of(manager.get(page("", anna.pk)))
    assert "work" in said
    assert "is read" in said
    assert "ago" in said
    assert busy(anna) == [(soon(10), soon(11))]


def test_a_wrong_password_is_told_at_the_resource_and_on_the_first_page(manager, anna, account):
    Site.current()
    manager.post(page("_caldav", anna.pk), {"url": account.url, "user": account.user, "password": "no"})
    read_all()
    for url in (page("", anna.pk), reverse("admin:index")):
        assert "app password" in text_of(manager.get(url))


def test_what_is_no_address_is_refused_and_nothing_typed_is_lost(manager, anna):
    answer = manager.post(page("_caldav", anna.pk), {"url": "file:///etc", "user": "anna", "password": "x"})
    assert "https://" in text_of(answer)
    assert 'value="anna"' in answer.content.decode()
    assert not Connection.objects.exists()


def test_staff_choose_what_is_read_and_where_bookings_stand(manager, anna, account):
    for name in ("work", "private"):
        account.make_calendar(name)
        account.put(name, an_ics(*lasting(soon(10))))
    connection = connected(anna, account)
    read_all()
    rows = {row.name: str(row.pk) for row in Calendar.objects.all()}
    asked = text_of(manager.get(page("_choose", anna.pk, connection.pk)))
    assert f'<a href="{page("", anna.pk)}">Connected calendars</a>' in asked  # the way back
    assert "Choose among the calendars of CalDAV" in asked
    chosen = {"read": [rows["private"]], "write": [rows["work"]], "primary": rows["work"]}
    answer = manager.post(page("_choose", anna.pk, connection.pk), chosen, follow=True)
    assert "takes bookings" in text_of(answer)
    assert len(busy(anna)) == 1
    a_booking(Calendar.objects.get(name="work").resource, soon(12))
    write_all()
    assert len(account.names("work")) == 2


def test_a_choice_that_cannot_be_is_told(manager, anna, account):
    account.make_calendar("work")
    connection = connected(anna, account)
    row = Calendar.objects.get(name="work")
    answer = manager.post(
        page("_choose", anna.pk, connection.pk), {"read": [str(row.pk)], "primary": str(row.pk)}
    )
    assert "must take bookings" in text_of(answer)
    row.refresh_from_db()
    assert not row.primary


def test_disconnecting_asks_and_frees(manager, anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connection = connected(anna, account)
    read_all()
    url = page("_disconnect", anna.pk, connection.pk)
    assert "Coming bookings" in text_of(manager.get(url))
    assert Connection.objects.exists()
    manager.post(url, {"events": "keep"})
    assert (busy(anna), Connection.objects.exists()) == ([], False)


@pytest.mark.parametrize("role", ["desk", "designer"])
def test_who_may_not_change_a_resource_connects_nothing(anna, role):
    client = logged_in(role)
    for url in (page("", anna.pk), page("_caldav", anna.pk), page("_ics", anna.pk)):
        assert client.get(url).status_code == 403
    answer = client.post(page("_ics", anna.pk), {"url": "https://example.com/x.ics"})
    assert (answer.status_code, Connection.objects.exists()) == (403, False)


def test_a_connection_of_somebody_else_is_not_found_at_a_resource(manager, anna, account):
    account.make_calendar("work")
    connection = connected(a_resource(name="Ben"), account)
    assert manager.get(page("_choose", anna.pk, connection.pk)).status_code == 404


def test_what_was_read_says_only_that_it_is_busy_and_is_not_changed(manager, anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10)), "SUMMARY:The dentist"))
    connected(anna, account)
    read_all()
    listed = manager.get(reverse("admin:bookings_event_changelist"))
    event = anna.calendars.get(name="work").events.get()
    shown = manager.get(reverse("admin:bookings_event_change", args=[event.pk]))
    assert "busy (calendar)" in text_of(shown)
    assert "dentist" not in text_of(listed) + text_of(shown)
    assert manager.post(reverse("admin:bookings_event_delete", args=[event.pk])).status_code == 403


@pytest.fixture
def conflict(anna, account):
    """A booking that somebody moved in the calendar."""
    account.make_calendar("work")
    connected(anna, account, "--primary", "work")
    booking = a_booking(anna, soon(10))
    write_all()
    entry = CalendarEntry.objects.get()
    account.put("work", an_ics(*lasting(soon(15)), uid=entry.key), f"{entry.key}.ics")
    read_all()
    return booking


def decide(client, keep: str):
    entry = CalendarEntry.objects.conflicting().get()
    return client.post(
        reverse("admin:bookings_booking_calendar_conflict", args=[entry.pk]), {"keep": keep}, follow=True
    )


def test_a_change_over_there_is_shown_with_both_versions(conflict):
    client = logged_in("desk")
    entry = CalendarEntry.objects.conflicting().get()
    url = reverse("admin:bookings_booking_calendar_conflict", args=[entry.pk])
    for here in (reverse("admin:index"), reverse("admin:bookings_booking_change", args=[conflict.pk])):
        assert url in client.get(here).content.decode()
    said = text_of(client.get(url))
    assert "10:00" in said
    assert "15:00" in said
    conflict.refresh_from_db()
    assert conflict.start == soon(10)


def test_staff_keep_what_stands_here(conflict, account):
    decide(logged_in("desk"), "ours")
    write_all()
    assert f"DTSTART:{soon(10):%Y%m%dT%H%M%SZ}" in account.texts("work")[0]
    assert Booking.objects.get().start == soon(10)


def test_staff_take_what_stands_there(conflict):
    answer = decide(logged_in("desk"), "theirs")
    assert "as the calendar has it" in text_of(answer)
    assert Booking.objects.get(continues=conflict).start == soon(15)


def test_what_cannot_be_taken_is_told_and_stays_to_be_decided(conflict, anna):
    a_booking(anna, soon(15))
    answer = decide(logged_in("desk"), "theirs")
    assert answer.status_code == 200
    assert "taken" in text_of(answer)
    assert CalendarEntry.objects.conflicting().exists()


def test_who_does_not_decide_about_bookings_does_not_here(conflict):
    assert decide(logged_in("designer"), "ours").status_code == 403
    assert CalendarEntry.objects.conflicting().exists()


def test_a_booking_that_was_called_off_since_has_nothing_to_decide(conflict):
    act(conflict, "cancel", by=SERVER)
    write_all()
    page = logged_in("desk").get(reverse("admin:index"))
    assert conflict.reference not in text_of(page)
