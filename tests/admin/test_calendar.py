"""The desk's calendar: what it shows, on whose clocks, and how a booking that is dragged is moved or put back."""

from datetime import date, time, timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from bookings.lifecycle import Actor, act, add_event, reschedule
from bookings.models import Booking, DatedHours, Event, HistoryEntry, Option, OutboxMessage, Site, WeeklyHours
from tests.admin.conftest import logged_in, text_of
from tests.situations import (
    HOUR,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_session,
    at,
    marty,
    own_terms,
)

pytestmark = pytest.mark.django_db
CALENDAR = reverse("admin:bookings_booking_calendar")
FEED = reverse("admin:bookings_booking_calendar_feed")
DAY = {"day": "2033-03-14"}


def feed(client, **asked):
    return client.get(FEED, DAY | asked).json()


def drawn(client, **asked):
    """What is drawn, by title."""
    return {event["title"]: event for event in feed(client, **asked)["events"]}


def drop(client, booking, start, *, to=None, zone="UTC", **fields):
    there = {
        "day": start.date().isoformat(),
        "clock": f"{start:%H:%M}",
        "zone": zone,
        "resource": (to or booking.resource).pk,
    } | fields
    return client.post(reverse("admin:bookings_booking_drag", args=[booking.pk]), there)


def busy(resource, start, end, **fields):
    return add_event(Event(calendar=resource.calendars.get(), start=start, end=end, **fields))


def test_without_a_script_the_day_is_a_list_by_resource(desk):
    anna, ben = a_resource(name="Anna"), a_resource(name="Ben")
    a_booking(anna, at(14))
    a_booking(ben, at(9))
    a_booking(ben, at(9, days=1), customer=marty(email="other@example.com"))
    busy(ben, at(12), at(13), what="Lunch")
    shown = text_of(desk.get(CALENDAR, DAY))
    in_order = ["Anna</th>", "14:00–15:00", "Marty McFly", "Ben</th>", "09:00–10:00", "12:00–13:00", "Lunch"]
    places = [shown.index(words, shown.index("<tbody>")) for words in in_order]
    assert places == sorted(places)
    assert shown.count("09:00–10:00") == 1


def test_a_week_is_shown_from_its_first_day_and_says_which_day(desk):
    Site.objects.update_or_create(pk=1, defaults={"week_start": "monday"})
    resource = a_resource()
    a_booking(resource, at(9, days=3))
    shown = text_of(desk.get(CALENDAR, DAY | {"view": "week", "list": "on", "day": "2033-03-20"}))
    assert "Thursday 17 March, 09:00–10:00" in shown
    assert "Monday 14 March – Sunday 20 March 2033" in shown


def test_bookings_holds_busy_time_buffers_and_closed_hours_look_different(desk):
    resource = a_resource()
    WeeklyHours.objects.create(resource=resource, weekday=0, opens=time(8), closes=time(20))
    a_booking(resource, at(9), buffer_after=HOUR / 2)
    a_booking(resource, at(11), graph="confirm_decline")
    a_hold(resource, at(13), hold=timedelta(days=9999))
    busy(resource, at(15), at(16), what="Dentist")
    found = drawn(desk)
    looks = {title: (one["display"], *one["classNames"]) for title, one in found.items()}
    held = next(title for title in looks if title.startswith("Held until"))
    assert looks == {
        "Marty McFly · Catch the lightning": ("auto",),
        "buffer": ("background", "ev-buffer"),
        "Marty McFly · Catch the lightning · Waiting for an answer": ("auto", "ev-wait"),
        held: ("auto", "ev-held"),
        "Dentist": ("auto", "ev-busy"),
        "closed": ("background",),
    }


def test_a_closure_is_drawn_with_what_it_is_for(desk):
    a_resource()
    first = date(2033, 3, 14)
    DatedHours.objects.create(site=Site.current(), first=first, last=first, note="Holiday")
    closed = drawn(desk)["Holiday"]
    assert (closed["start"], closed["end"]) == ("2033-03-14T00:00:00", "2033-03-15T00:00:00")


def test_overlaps_bear_their_badge_in_the_grid_and_in_the_list(desk):
    resource = a_resource()
    alone = a_booking(resource, at(14))
    first = a_booking(resource, at(9))
    second = a_booking(
        resource,
        at(9, 30),
        by=Actor.staff(User(pk=1, is_superuser=True)),
        allow_double_bookings=True,
        overstepped="Twins",
    )
    over = {
        one["id"].partition(f"-{resource.pk}")[0]
        for one in feed(desk)["events"]
        if "ev-over" in one["classNames"]
    }
    assert over == {str(first.pk), str(second.pk)}
    assert {"overlap"} == {
        badge for event in feed(desk)["events"] for badge in event["extendedProps"]["badges"]
    }
    assert str(alone.pk) not in over
    assert text_of(desk.get(CALENDAR, DAY)).count("badge--no") == 2


def test_a_session_says_how_many_seats_are_taken_and_its_seats_are_not_drawn(desk):
    session = a_session(a_resource(), at(18), seats=8, what="Figure drawing")
    a_seat(session)
    assert set(drawn(desk)) == {"Figure drawing · 1 of 8 taken"}


def test_what_was_cancelled_or_moved_away_is_not_drawn_and_what_took_place_is(desk):
    resource = a_resource()
    cancelled, moved = a_booking(resource, at(9)), a_booking(resource, at(11))
    act(cancelled, "cancel", by=Actor.owner())
    reschedule(moved, by=Actor.owner(), start=at(11, days=1), end=at(12, days=1))
    done = a_booking(resource, at(14))
    act(done, "complete", by=Actor.owner())
    Booking.objects.filter(pk=done.pk).update(state_entered_at=at(16))
    (shown,) = feed(desk)["events"]
    assert shown["id"] == str(done.pk)
    assert shown["classNames"] == ["ev-past"]
    assert "Completed" in shown["title"]


def test_one_clock_is_shown_and_named(desk):
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})
    far = a_resource(name="Far", timezone="Asia/Tokyo")
    a_booking(far, at(9))
    shown = desk.get(CALENDAR, DAY)
    assert "Berlin time (UTC+1)" in text_of(shown)
    assert feed(desk)["events"][0]["start"] == "2033-03-14T10:00:00"
    assert "Tokyo time (UTC+9)" in text_of(desk.get(CALENDAR, DAY | {"resource": far.pk}))
    assert feed(desk, resource=far.pk)["events"][0]["start"] == "2033-03-14T18:00:00"


def test_where_the_clocks_go_back_a_booking_keeps_its_length(desk):
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})
    resource = a_resource(timezone="Europe/Berlin")
    a_booking(resource, at(0, 30, days=230), HOUR)  # 02:30 to 02:30 on 30 October 2033
    (event,) = feed(desk, day="2033-10-30")["events"]
    assert (event["start"], event["end"]) == ("2033-10-30T02:30:00", "2033-10-30T03:30:00")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"day": "yesterday"}, "Enter a valid date."),
        ({"day": "9999-12-31"}, "less than or equal to"),
        ({"resource": "nobody"}, "Select a valid choice"),
        ({"resource": "", "day": ""}, ""),
    ],
)
def test_what_cannot_be_shown_is_said_and_today_is_shown(desk, asked, told):
    a_resource()
    answer = desk.get(CALENDAR, asked)
    assert answer.status_code == 200
    assert told in text_of(answer)
    assert desk.get(FEED, asked).status_code == 200


def test_the_calendar_takes_few_queries_however_much_is_in_it(desk, django_assert_max_num_queries):
    resources = [a_resource() for _number in range(3)]
    WeeklyHours.objects.create(site=Site.current(), weekday=0, opens=time(8), closes=time(20))
    project = a_project(*resources)
    for resource in resources:
        for hour in range(9, 15):
            a_booking(resource, at(hour), project=project, option=project.options.get())
        busy(resource, at(16), at(17))
        a_hold(resource, at(18))
    last = HistoryEntry.objects.order_by("-pk").first().pk
    with django_assert_max_num_queries(10):
        assert len(feed(desk, since=last)["events"]) > 24
    with django_assert_max_num_queries(12):
        desk.get(CALENDAR, DAY)


def test_a_drop_asks_first_and_says_who_will_be_told(desk):
    emmett, clara = a_resource(name="Emmett", email="emmett@example.org"), a_resource(name="Clara")
    project = a_project(emmett, clara)
    booking = a_booking(emmett, at(9), project=project, option=project.options.get(), language="de")
    answer = drop(desk, booking, at(13), to=clara)
    assert answer.status_code == 200
    asked = answer.json()
    assert asked["question"] == ("Move Marty McFly to Monday 14 March 2033, 13:00–14:00, UTC, Clara?")
    assert asked["told"][0] == "Marty McFly is told by e-mail to marty@example.com, in German."
    assert asked["rules"] == ""
    booking.refresh_from_db()
    assert booking.state.name == "confirmed"


def test_a_drop_that_was_agreed_to_moves_by_the_verb_and_price_and_option_stay(desk):
    emmett, clara = a_resource(name="Emmett"), a_resource(name="Clara")
    project = a_project(emmett, clara)
    Option.objects.update(price="18.00", currency="EUR")
    own_terms(project, clara, price="99.00")
    option = project.options.get()
    booking = a_booking(emmett, at(9), project=project, option=option, price=18, currency="EUR")
    told = OutboxMessage.objects.count()
    answer = drop(desk, booking, at(13), to=clara, go="on", longer=30)
    assert answer.json()["said"].startswith("Marty McFly: moved to Monday 14 March 2033, 13:00–14:30")
    moved = booking.continued_by
    assert (moved.start, moved.end, moved.resource) == (at(13), at(14, 30), clara)
    assert (moved.price, moved.option) == (booking.price, option)
    assert OutboxMessage.objects.count() > told
    assert HistoryEntry.objects.filter(booking_id=moved.pk).last().actor == "staff"


def test_a_drop_onto_taken_time_is_refused_with_a_way_to_ask_why(desk):
    resource = a_resource()
    project = a_project(resource)
    booking = a_booking(resource, at(9), project=project, option=project.options.get())
    a_booking(resource, at(13))
    answer = drop(desk, booking, at(13), go="on")
    assert answer.status_code == 409
    assert answer.json()["refused"] == ["This time is taken."]
    asked = parse_qs(urlparse(answer.json()["why"]).query)
    assert (asked["clock"], asked["day"]) == (["13:00"], ["2033-03-14"])
    assert "This time is taken" in text_of(desk.get(answer.json()["why"])) or "taken" in text_of(
        desk.get(answer.json()["why"])
    )
    booking.refresh_from_db()
    assert booking.start == at(9)
    assert booking.state.name == "confirmed"


def test_rules_that_a_drop_breaks_are_named_and_only_go_through_once_confirmed(desk):
    resource = a_resource()
    WeeklyHours.objects.create(resource=resource, weekday=0, opens=time(8), closes=time(18))
    booking = a_booking(resource, at(9), project=a_project(resource))
    assert "A customer could not book this." in drop(desk, booking, at(20)).json()["rules"]
    assert drop(desk, booking, at(20), go="on").status_code == 409
    assert not Booking.objects.filter(continues=booking).exists()
    assert drop(desk, booking, at(20), go="on", confirmed="on").status_code == 200
    assert booking.continued_by.start == at(20)


def test_a_booking_that_somebody_moved_meanwhile_stays_where_it_is_and_says_who_was_first(desk):
    booking = a_booking(a_resource(), at(9))
    reschedule(booking, by=Actor.customer(), start=at(15), end=at(16))
    for go in ({}, {"go": "on"}):
        answer = drop(desk, booking, at(13), **go)
        assert answer.status_code == 409
        assert any("The customer was first" in one for one in answer.json()["refused"])
    assert Booking.objects.get(continues=booking).start == at(15)


def test_the_same_drop_sent_twice_moves_once(desk):
    booking = a_booking(a_resource(), at(9))
    answers = [drop(desk, booking, at(13), go="on").status_code for _time in range(2)]
    assert answers == [200, 409]
    assert Booking.objects.filter(state__occupies=True).count() == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"clock": "noon"}, "Enter a valid time."),
        ({"day": ""}, "This field is required."),
        ({"longer": "-60"}, "The end must come after the start."),
        ({"longer": "x" * 50}, "Enter a whole number."),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
        ({"resource": "00000000-0000-0000-0000-000000000000"}, "The project does not offer this resource."),
    ],
)
def test_a_drop_that_cannot_be_read_is_refused_in_words(desk, fields, told):
    answer = drop(desk, a_booking(a_resource(), at(9)), at(13), **fields)
    assert answer.status_code == 409
    assert told in " ".join(answer.json()["refused"])


def test_a_drop_is_read_by_the_clocks_of_the_page(desk):
    booking = a_booking(a_resource(timezone="Asia/Tokyo"), at(9))
    drop(desk, booking, at(14), zone="Europe/Berlin", go="on")
    assert booking.continued_by.start == at(13)


def test_whoever_may_not_decide_drags_nothing(desk, designer):
    booking = a_booking(a_resource(), at(9))
    assert drop(designer, booking, at(13), go="on").status_code == 403
    assert designer.get(CALENDAR).status_code == 403
    assert designer.get(FEED).status_code == 403
    user = User.objects.get(username="desk")
    assert feed(desk)["events"][0]["editable"]
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="view_booking"))
    assert not feed(desk)["events"][0]["editable"]
    assert drop(desk, booking, at(13), go="on").status_code == 403


def test_what_nobody_may_move_is_not_dragged(desk):
    resource = a_resource()
    a_booking(resource, at(9), graph="confirm_decline")
    a_hold(resource, at(13))
    busy(resource, at(15), at(16))
    assert not any(event["editable"] for event in feed(desk)["events"])


def test_the_feed_says_who_changed_what_since(desk):
    resource = a_resource()
    moved, mine, elsewhere = (a_booking(resource, at(hour)) for hour in (9, 11, 13))
    since = feed(desk)["last"]
    other = User.objects.create_user("emmett", first_name="Emmett", is_staff=True)
    reschedule(moved, by=Actor.staff(other), start=at(15), end=at(16))
    drop(desk, mine, at(17), go="on")
    act(elsewhere, "cancel_by_customer", by=Actor.customer())
    a_booking(resource, at(9, days=5))
    found = feed(desk, since=since)
    assert [one["said"] for one in found["news"]] == [
        "Emmett moved Marty McFly from Monday 14 March, 09:00 to Monday 14 March, 15:00.",
        "customer: Marty McFly is now “Cancelled by the customer”.",
    ]
    assert feed(desk, since=found["last"])["news"] == []


@pytest.mark.parametrize("since", ["", "-1", "x", "9" * 40, "1'"])
def test_a_feed_with_a_wrong_number_is_answered_all_the_same(desk, since):
    assert desk.get(FEED, DAY | {"since": since}).status_code == 200


def test_what_customers_typed_is_escaped():
    desk = logged_in("desk")
    customer = marty()
    customer.name = "</script><b>Marty"
    a_booking(a_resource(), at(9), customer=customer)
    assert "<b>Marty" not in text_of(desk.get(CALENDAR, DAY))
