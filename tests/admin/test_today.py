"""Today: the day by resource, what waits, what is new; answered and ticked off by one press, which can be undone."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.lifecycle import Actor, act, add_event, press, reschedule
from bookings.models import Booking, Event, HistoryEntry, LastLook, OutboxMessage, Site, WeeklyHours
from tests.admin.conftest import filled_in, text_of
from tests.situations import (
    HOUR,
    a_booking,
    a_hold,
    a_location,
    a_project,
    a_resource,
    a_seat,
    a_session,
    aged,
    at,
    long_ago,
)

pytestmark = pytest.mark.django_db
TODAY = reverse("admin:index")
PAPER = reverse("admin:bookings_booking_paper")
WAITING = reverse("admin:bookings_booking_waiting")
WRONG = reverse("admin:bookings_booking_wrong")
FAR = "?date=2033-03-14"


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


def begun(resource, **fields):
    """A booking that is going on at this moment."""
    ahead = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    return long_ago(a_booking(resource, ahead, **fields), timedelta(days=2))


def pressed(client, page, part, **typed):
    """The answer to the form of the page that has ``part`` in it, and where that leads."""
    url, values = filled_in(text_of(client.get(page)), part, typed)
    return client.post(url, values, follow=True)


def columns(page):
    """What stands in each column, by the resource's name, without its tags."""
    found = re.findall(r'<section class="board__col".*?<h2[^>]*>(.*?)</h2>(.*?)</section>', page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", words).split()) for name, words in found}


def test_a_day_stands_by_resource_and_time_with_who_how_to_reach_them_and_what_is_free(desk):
    doc = a_resource(name="Emmett")
    a_resource(name="Clara")
    WeeklyHours.objects.create(resource=doc, weekday=0, opens="09:00", closes="14:00")
    project = a_project(doc, name="Lightning")
    a_booking(doc, at(12), staff_note="Oil allergy", project=project, option=project.options.get())
    a_booking(doc, at(9), graph="request")
    a_hold(doc, at(13), project=project, hold=timedelta(days=1))
    add_event(Event(calendar=doc.calendars.get(), start=at(10), end=at(11), what="Dentist"))
    gone = a_booking(doc, at(11))
    act(gone, "cancel", by=Actor.owner())
    shown = columns(text_of(desk.get(TODAY + FAR)))
    words = shown["Emmett"]
    order = [
        "09:00–14:00 · 2 bookings",
        "09:00 10:00 Marty McFly Waiting for an answer (916) 555-4385 Accept Marty McFly Decline Marty McFly",
        "10:00 11:00 Dentist",
        "free 11:00–12:00 Book",
        "12:00 13:00 Marty McFly Lightning, Usual (916) 555-4385 Oil allergy",
        "13:00 14:00 Lightning Held",
    ]
    places = [words.index(one) for one in order]
    assert places == sorted(places)
    assert words.count("Marty McFly (916)") + words.count("answer (916)") + words.count("Usual (916)") == 2
    assert "open all day · 0 bookings · Take time Clara free all day Book" in shown["Clara"]


def test_a_gap_leads_to_the_booking_of_that_time_on_the_resources_clocks_and_only_whoever_may_book(desk):
    Site.objects.update_or_create(pk=1, defaults={"timezone": "UTC"})
    tokyo = a_resource(timezone="Asia/Tokyo")
    a_booking(tokyo, at(0), timedelta(hours=9))
    link = f"bookings/booking/new/?resource={tokyo.pk}&amp;day=2033-03-14&amp;clock=18%3A00"
    assert link in text_of(desk.get(TODAY + FAR))
    user = User.objects.get(username="desk")
    user.groups.get().permissions.filter(codename="add_booking").delete()
    shown = text_of(desk.get(TODAY + FAR))
    assert "free 09:00" in shown
    assert link not in shown


def test_only_whoever_decides_is_led_to_taking_time(desk, designer):
    way = reverse("admin:bookings_booking_take_time")
    assert f'href="{way}?day=' in text_of(desk.get(TODAY))
    assert way not in text_of(designer.get(TODAY))


def test_the_present_moment_stands_before_what_is_free_from_now_on(desk):
    a_resource(name="Emmett")
    words = columns(text_of(desk.get(TODAY)))["Emmett"]
    assert words.index("Now:") < words.index("free ")


def test_nothing_is_free_in_what_has_passed(desk):
    resource = a_resource(name="Emmett")
    begun(resource)
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    assert "free" not in columns(text_of(desk.get(f"{TODAY}?date={yesterday}")))["Emmett"]


def test_days_are_counted_on_the_sites_clocks_and_on_those_of_a_resource_that_is_chosen(desk):
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})
    tokyo = a_resource(name="Sakura", timezone="Asia/Tokyo")
    a_booking(tokyo, at(22))
    assert "23:00 00:00 Marty" in columns(text_of(desk.get(TODAY + FAR)))["Sakura"]
    there = text_of(desk.get(f"{TODAY}{FAR}&resource={tokyo.pk}"))
    assert "Tokyo time" in there
    assert "Marty" not in there
    assert (
        "07:00 08:00 Marty"
        in columns(text_of(desk.get(f"{TODAY}?date=2033-03-15&resource={tokyo.pk}")))["Sakura"]
    )


@pytest.mark.parametrize(
    "asked", ["date=2033-02-30", "date=zzz", "date=0001-01-01", "resource=zzz", "date=%00"]
)
def test_what_is_no_day_or_no_resource_is_said_beside_it_and_today_is_shown(desk, asked):
    a_resource()
    answer = desk.get(f"{TODAY}?{asked}")
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    assert f"{timezone.now():%B %Y}" in text_of(answer)


def test_people_of_a_session_stand_below_it_and_what_takes_along_another_beside_it(desk):
    room, helper = a_resource(name="Studio"), a_resource(name="Helper")
    session = a_session(room, at(18), seats=8, what="Figure drawing")
    a_seat(session)
    lesson = a_booking(room, at(9))
    lesson.companions.add(helper)
    shown = columns(text_of(desk.get(TODAY + FAR)))
    assert "18:00 19:00 Figure drawing 1 of 8 taken Marty McFly" in shown["Studio"]
    assert "2 bookings" in shown["Studio"]


def test_a_request_is_accepted_by_one_press_and_taken_back_by_another(desk):
    booking = a_booking(a_resource(), at(9), graph="request")
    page = pressed(desk, TODAY, f"{booking.pk}/press/", action="confirm")
    assert "Marty McFly: Confirmed." in text_of(page)
    booking.refresh_from_db()
    assert booking.state.name == "confirmed"
    mails = OutboxMessage.objects.filter(booking_id=booking.pk, payload__mail="booked")
    assert all(mail.run_after > timezone.now() + timedelta(minutes=1) for mail in mails)
    back = pressed(desk, TODAY, f"{booking.pk}/take-back/")
    assert "Marty McFly is again: Waiting for an answer. Nobody was told." in text_of(back)
    booking.refresh_from_db()
    assert booking.state.name == "tentative"
    assert f"{booking.pk}/press/" in text_of(back)
    assert "take-back" not in text_of(back)


def test_undo_is_offered_for_two_minutes_to_whoever_pressed(desk, manager):
    booking = a_booking(a_resource(), at(9), graph="request")
    by = Actor.staff(User.objects.get(username="desk"))
    press(booking, "decline", by=by)
    url = reverse("admin:bookings_booking_take_back", args=[booking.pk])
    assert url in text_of(desk.get(TODAY))
    assert url not in text_of(manager.get(TODAY))
    aged(Booking.objects.get(pk=booking.pk), timedelta(minutes=3))
    refused = desk.post(url, {"back": TODAY}, follow=True)
    assert "This can no longer be undone." in text_of(refused)
    assert "Marty McFly" in text_of(refused)


@pytest.mark.parametrize("path", [WAITING, TODAY + FAR])
def test_a_request_whose_time_was_taken_meanwhile_says_so(desk, path):
    resource = a_resource()
    a_booking(resource, at(9), graph="confirm_decline")
    a_booking(resource, at(10), graph="confirm_decline")
    assert "taken meanwhile" not in text_of(desk.get(path))
    a_booking(resource, at(9), HOUR / 2)
    assert text_of(desk.get(path)).count("taken meanwhile") == 1


def test_the_list_of_what_waits_is_answered_in_place_and_leads_to_the_next(desk):
    resource = a_resource()
    later = a_booking(resource, at(11), graph="request")
    first = a_booking(resource, at(9), graph="request")
    Booking.objects.filter(pk=first.pk).update(due_at=timezone.now() + HOUR)
    shown = text_of(desk.get(WAITING))
    assert shown.index(f"{first.pk}/press/") < shown.index(f"{later.pk}/press/")
    answer = pressed(desk, WAITING, f"{first.pk}/press/", action="decline")
    assert answer.redirect_chain[-1][0] == f"{WAITING}#waiting"
    assert f"{first.pk}/press/" not in text_of(answer)
    assert f"{later.pk}/press/" in text_of(answer)
    assert f"{first.pk}/take-back/" in text_of(answer)


def test_a_request_whose_time_went_to_another_is_refused_in_words_where_it_was_pressed(desk):
    resource = a_resource()
    booking = a_booking(resource, at(9), graph="confirm_decline")
    a_booking(resource, at(9))
    answer = pressed(desk, WAITING, f"{booking.pk}/press/", action="confirm")
    assert "Marty McFly: This time is taken." in text_of(answer)
    booking.refresh_from_db()
    assert booking.state.name == "tentative"


def test_what_somebody_else_answered_meanwhile_is_said(desk):
    booking = a_booking(a_resource(), at(9), graph="request")
    act(booking, "decline", by=Actor.owner())
    url = reverse("admin:bookings_booking_press", args=[booking.pk])
    answer = desk.post(url, {"action": "confirm", "back": WAITING}, follow=True)
    assert "The owner was first" in text_of(answer)


def test_a_press_leads_back_to_pages_of_ours_alone(desk):
    booking = a_booking(a_resource(), at(9), graph="request")
    url = reverse("admin:bookings_booking_press", args=[booking.pk])
    for elsewhere in ("https://example.com/", "//example.com", "javascript:alert(1)", "zzz"):
        assert desk.post(url, {"action": "zzz", "back": elsewhere}).url == f"{TODAY}#waiting"


@pytest.mark.parametrize("noted", ["arrived", "no_show"])
def test_who_came_is_noted_by_one_press_and_taken_back_by_another(desk, noted):
    booking = begun(a_resource())
    pressed(desk, TODAY, f"{booking.pk}/attended/", attendance=noted)
    booking.refresh_from_db()
    assert booking.attendance == noted
    _url, values = filled_in(text_of(desk.get(TODAY)), f"{booking.pk}/attended/", {})
    assert values["attendance"] == "unknown"
    pressed(desk, TODAY, f"{booking.pk}/attended/")
    booking.refresh_from_db()
    assert booking.attendance == "unknown"


def test_nobody_is_ticked_off_before_it_begins_nor_as_anything_else(desk):
    booking = a_booking(a_resource(), at(9))
    url = reverse("admin:bookings_booking_attended", args=[booking.pk])
    assert url not in text_of(desk.get(TODAY + FAR))
    refused = desk.post(url, {"attendance": "arrived", "back": TODAY}, follow=True)
    assert "once the time has begun" in text_of(refused)
    assert desk.post(url, {"attendance": "late"}).status_code == 404
    assert Booking.objects.get().attendance == "unknown"


def test_a_press_is_for_whoever_may_decide_and_for_posts_alone(desk, designer):
    booking = a_booking(a_resource(), at(9), graph="request")
    for name in ("press", "take_back", "attended"):
        url = reverse(f"admin:bookings_booking_{name}", args=[booking.pk])
        assert designer.post(url, {"action": "confirm", "attendance": "arrived"}).status_code == 403
        assert desk.get(url).status_code == 405
    assert Booking.objects.get().state.name == "tentative"
    for page in (PAPER, WAITING, WRONG):
        assert designer.get(page).status_code == 403
    assert "Marty" not in text_of(designer.get(TODAY))


def news(page):
    found = re.search(r'<ul class="since">(.*?)</ul>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_what_came_moved_or_was_cancelled_since_one_looked_is_told_until_one_has_seen_it(desk):
    resource = a_resource()
    first = a_booking(resource, at(9))
    told = news(text_of(desk.get(TODAY)))
    assert "Marty McFly booked Mon 14 Mar, 09:00" in told
    moved = reschedule(first, by=Actor.customer(), start=at(10), end=at(11))
    assert "Marty McFly moved to Mon 14 Mar, 10:00" in news(text_of(desk.get(TODAY)))
    act(moved, "cancel_by_customer", by=Actor.customer())
    assert "Cancelled by the customer: Mon 14 Mar, 10:00" in news(text_of(desk.get(TODAY)))
    LastLook.objects.update(seen_entry=HistoryEntry.objects.last().pk)
    assert "Cancelled" not in news(text_of(pressed(desk, TODAY, "today/seen/")))
    a_booking(resource, at(15), graph="request")
    assert news(text_of(desk.get(TODAY))).startswith("Marty McFly asked for Mon 14 Mar, 15:00")


def test_a_new_sitting_begins_after_half_an_hour_and_a_page_that_is_opened_again_still_tells(desk):
    a_booking(a_resource(), at(9))
    assert "booked" in news(text_of(desk.get(TODAY)))
    assert "booked" in news(text_of(desk.get(TODAY)))
    last = HistoryEntry.objects.last().pk
    LastLook.objects.update(seen_at=timezone.now() - timedelta(minutes=31), seen_entry=last)
    assert news(text_of(desk.get(TODAY))) == ""


def test_what_one_did_oneself_is_no_news_and_each_member_has_looked_for_themselves(desk, manager):
    by = Actor.staff(User.objects.get(username="desk"))
    a_booking(a_resource(), at(9), by=by)
    assert news(text_of(desk.get(TODAY))) == ""
    assert "booked" in news(text_of(manager.get(TODAY)))
    assert LastLook.objects.count() == 2


def test_the_first_page_takes_ten_queries_of_its_own_however_much_there_is(desk):
    frame = len(_queries(desk, reverse("admin:password_change")))
    resource = a_resource()
    begun(resource)
    begun(a_resource(), graph="request")
    desk.get(TODAY)
    few = len(_queries(desk, TODAY))
    for _each in range(4):
        other = a_resource(location=a_location())
        begun(other)
        a_booking(other, at(9), graph="request")
        a_seat(a_session(other, at(12), seats=4))
    LastLook.objects.update(seen_entry=HistoryEntry.objects.last().pk)
    many = len(_queries(desk, TODAY))
    assert many == few
    assert many - frame <= 10


def test_a_line_says_the_project_and_its_option_or_how_long_that_is(desk):
    doc = a_resource(name="Emmett")
    project = a_project(doc, name="Portrait sitting")
    a_booking(doc, at(9), project=project, option=project.options.get())
    project.options.update(label="")
    assert "Portrait sitting, 1 hour" in columns(text_of(desk.get(TODAY + FAR)))["Emmett"]
    project.options.update(label="With two prints")
    for page in (TODAY, PAPER):
        assert "Portrait sitting, With two prints" in text_of(desk.get(page + FAR))


def test_bookings_of_a_resource_that_is_no_more_take_nobodys_place_on_the_page(desk, monkeypatch):
    monkeypatch.setattr("bookings.admin.today.rows.MOST_BOOKINGS", 2)
    monkeypatch.setattr("bookings.admin.today.board.MOST_BOOKINGS", 2)
    gone = a_resource(name="Gone")
    for hour in (7, 8, 9):
        a_booking(gone, at(hour))
    gone.deleted_at = timezone.now()
    gone.save()
    a_booking(a_resource(name="Emmett"), at(12))
    shown = text_of(desk.get(TODAY + FAR))
    assert "Marty McFly" in columns(shown)["Emmett"]
    assert "more than one page shows" not in shown


def test_what_is_new_is_found_behind_much_that_was_overtaken(desk, monkeypatch):
    monkeypatch.setattr("bookings.admin.today.news.READ_FIRST", 2)
    doc = a_resource()
    a_booking(doc, at(9))
    for hour in (10, 11):
        Booking.objects.filter(pk=a_booking(doc, at(hour)).pk).update(deleted_at=timezone.now())
    assert news(text_of(desk.get(TODAY))).count("Marty McFly") == 1


def _queries(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return [one["sql"] for one in asked.captured_queries]


def test_the_paper_has_the_day_in_order_with_telephone_and_note_and_nothing_to_press(desk):
    doc = a_resource(name="Emmett")
    a_booking(doc, at(12), staff_note="Oil allergy")
    a_booking(doc, at(9))
    a_resource(name="Clara")
    shown = text_of(desk.get(PAPER + FAR))
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert words.index("Clara Monday") < words.index("Emmett Monday")
    one, other = words.index("09:00–10:00 Marty McFly (916) 555-4385"), words.index("12:00–13:00 Marty")
    assert one < other < words.index("Oil allergy")
    assert "Book</b>" not in shown
    assert "attended" not in shown
    assert f'href="{PAPER}{FAR}"'.replace("&", "&amp;") in text_of(desk.get(TODAY + FAR))


def test_what_went_wrong_is_one_list_with_its_cures_and_a_number_in_the_bar(manager, desk):
    a_project(name="Empty evening")
    resource = a_resource(email="doc@example.org")
    booking = a_booking(resource, at(9))
    message = OutboxMessage.objects.filter(booking_id=booking.pk, payload__to="customer").first()
    gone = {"outcome": "failed", "done_at": timezone.now(), "last_error": "550 no such user"}
    OutboxMessage.objects.filter(pk=message.pk).update(**gone)
    shown = text_of(manager.get(WRONG))
    number = int(re.search(r'What went wrong <span class="count">(\d+)<', shown)[1])
    assert number == shown.count('class="callout callout--wait"')
    assert "Nobody can book Empty evening" in shown
    assert "1 message did not go out" in shown
    assert "Mail to Marty McFly, marty@example.com" in shown
    assert "550 no such user" in shown
    theirs = text_of(desk.get(WRONG))
    assert "Empty evening" not in theirs
    assert 'What went wrong <span class="count">1<' in theirs
    again = pressed(desk, WRONG, f"{message.pk}/retry/")
    assert "It is tried again now." in text_of(again)
    assert "Nothing went wrong." in text_of(again)
    message.refresh_from_db()
    assert (message.outcome, message.done_at) == ("", None)
    late = desk.post(reverse("admin:bookings_booking_retry", args=[message.pk]), follow=True)
    assert "It waits or went out by now." in text_of(late)


def test_the_number_counts_what_the_list_says_for_each_lack(manager):
    a_resource()
    for fields in ({"email": ""}, {"email": "all@example.org"}):
        Site.objects.update_or_create(pk=1, defaults=fields)
        shown = text_of(manager.get(WRONG))
        found = re.search(r'What went wrong <span class="count">(\d+)<', shown)
        assert (int(found[1]) if found else 0) == shown.count('class="callout callout--wait"'), fields
