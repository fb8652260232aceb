"""Taking time: a block, sickness, a closure; what becomes of the bookings inside is asked, played and reported."""

import re
from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from bookings.lifecycle import Actor, act, reschedule
from bookings.models import Booking, DatedHours, Event, HistoryEntry, OutboxMessage, Remark, Site
from tests.admin.conftest import text_of, values_of
from tests.situations import HOUR, a_booking, a_project, a_resource, a_seat, a_session, at, own_terms

pytestmark = pytest.mark.django_db
TAKE = reverse("admin:bookings_booking_take_time")
MONDAY = "2033-03-14"


@pytest.fixture
def emmett():
    return a_resource(name="Emmett")


@pytest.fixture
def clara():
    return a_resource(name="Clara")


def asked(*who, first=MONDAY, **fields):
    return {"who": [getattr(one, "pk", one) for one in who], "first": first} | fields


def chosen(booking, way, **fields):
    return {f"of-{booking.pk}-{name}": value for name, value in ({"way": way} | fields).items()}


def events_of(resource):
    return [
        (event.start, event.end, event.what) for event in Event.objects.filter(calendar__resource=resource)
    ]


def test_a_block_without_bookings_inside_is_taken_at_once(desk, emmett):
    shown = text_of(desk.post(TAKE, asked(emmett, opens="14:00", closes="15:00", reason="Dentist")))
    assert "Emmett: Monday 14 March 2033, 14:00–15:00" in shown
    assert events_of(emmett) == [(at(14), at(15), "Dentist")]
    with pytest.raises(Exception, match="taken"):
        a_booking(emmett, at(14, 30))


def test_whole_days_are_those_of_each_resources_own_clocks(desk, emmett):
    far = a_resource(name="Far", timezone="Asia/Tokyo")
    desk.post(TAKE, asked(emmett, far, last="2033-03-15"))
    assert events_of(emmett) == [(at(0), at(0, days=2), "")]
    assert events_of(far) == [(at(15, days=-1), at(15, days=1), "")]


def test_times_are_those_of_the_one_that_is_chosen_else_the_sites(desk, emmett):
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})
    far = a_resource(name="Far", timezone="Asia/Tokyo")
    desk.post(TAKE, asked(far, opens="14:00", closes="15:00"))
    assert events_of(far) == [(at(5), at(6), "")]
    desk.post(TAKE, asked(far, emmett, opens="14:00", closes="15:00"))
    assert events_of(emmett) == [(at(13), at(14), "")]


def test_bookings_inside_are_asked_about_before_anything_is_done(desk, emmett):
    a_booking(emmett, at(9))
    request = a_booking(emmett, at(11), graph="confirm_decline")
    a_booking(emmett, at(9, days=1))
    answer = desk.post(TAKE, asked(emmett))
    shown = text_of(answer)
    assert "2 bookings lie inside." in shown
    assert "If it is called off: Marty McFly is told by e-mail to marty@example.com, in English." in shown
    assert "If it is left: nobody is told." in shown
    assert f"of-{request.pk}-way" in values_of(answer)
    assert not Event.objects.exists()


def test_each_way_out_is_played_by_its_verb_and_reported(desk, emmett, clara):
    project = a_project(emmett, clara)
    option = project.options.get()
    to_clara, later, off, stays = (
        a_booking(emmett, at(hour), project=project, option=option, price=18, currency="EUR")
        for hour in (9, 11, 13, 15)
    )
    ways = asked(emmett, reason="Ill") | {"sure": "on", "message": "Emmett is ill, we are sorry."}
    ways |= chosen(to_clara, f"to:{clara.pk}") | chosen(later, "time", day="2033-03-17", clock="10:30")
    ways |= chosen(off, "cancel") | chosen(stays, "leave")
    shown = text_of(desk.post(TAKE, ways))
    for words in ("moved to Clara", "moved to Thursday 17 March, 10:30", "Cancelled", "left as it is"):
        assert words in shown
    assert "Not done:" not in shown
    assert (to_clara.continued_by.resource, to_clara.continued_by.start) == (clara, at(9))
    assert (to_clara.continued_by.price, to_clara.continued_by.option) == (18, option)
    assert (later.continued_by.start, later.continued_by.resource) == (at(10, 30, days=3), emmett)
    off.refresh_from_db()
    stays.refresh_from_db()
    assert (off.state.name, stays.state.name) == ("cancelled", "confirmed")
    assert events_of(emmett) == [(at(0), at(0, days=1), "Ill")]
    assert Remark.objects.filter(words="Emmett is ill, we are sorry.").exists()
    by = User.objects.get(username="desk")
    assert HistoryEntry.objects.filter(booking_id=off.pk).last().actor_id == str(by.pk)


def test_a_colleague_is_proposed_who_does_it_is_open_and_free_and_nobody_twice(desk, emmett, clara):
    dora, else_where, closed = (
        a_resource(name="Dora"),
        a_resource(name="Elsewhere"),
        a_resource(name="Closed"),
    )
    project = a_project(emmett, else_where, closed, clara, dora)
    own_terms(project, else_where, offered=False)
    DatedHours.objects.create(resource=closed, first=date(2033, 3, 14), last=date(2033, 3, 14))
    option = project.options.get()
    bookings = [a_booking(emmett, at(hour), project=project, option=option) for hour in (9, 11)]
    a_booking(clara, at(11))
    page = desk.post(TAKE, asked(emmett))
    values = values_of(page)
    assert [values[f"of-{one.pk}-way"] for one in bookings] == [f"to:{clara.pk}", f"to:{dora.pk}"]
    offered = text_of(page)
    assert "move to Elsewhere" not in offered
    assert "move to Closed" not in offered
    assert offered.count("move to Clara") == 1


def test_what_was_not_offered_is_refused(desk, emmett, clara):
    project = a_project(emmett)
    booking = a_booking(emmett, at(9), project=project, option=project.options.get())
    answer = desk.post(TAKE, asked(emmett) | {"sure": "on"} | chosen(booking, f"to:{clara.pk}"))
    assert "Select a valid choice" in text_of(answer)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ({"way": ""}, "Say what becomes of this booking."),
        ({"way": "time"}, "Say when instead."),
        ({"way": "time", "day": MONDAY, "clock": "23:30"}, "This lies in the time that is taken, too."),
        ({"way": "time", "day": "soon", "clock": "25:00"}, "Enter a valid date."),
        ({"way": "burn"}, "Select a valid choice"),
    ],
)
def test_a_way_that_cannot_be_gone_is_said_and_nothing_is_done(desk, emmett, way, told):
    first, second = a_booking(emmett, at(9)), a_booking(emmett, at(11))
    posted = asked(emmett) | {"sure": "on"} | chosen(first, "cancel") | chosen(second, **way)
    assert told in text_of(desk.post(TAKE, posted))
    assert not Event.objects.exists()
    first.refresh_from_db()
    assert first.state.name == "confirmed"


def test_a_booking_that_came_in_meanwhile_is_asked_about_too(desk, emmett):
    first = a_booking(emmett, at(9))
    posted = asked(emmett) | {"sure": "on"} | chosen(first, "cancel")
    a_booking(emmett, at(11))
    assert "Say what becomes of this booking." in text_of(desk.post(TAKE, posted))
    assert not Event.objects.exists()


def test_pressing_again_is_harmless(desk, emmett, clara):
    project = a_project(emmett, clara)
    moved, off = (a_booking(emmett, at(hour), project=project) for hour in (9, 11))
    posted = asked(emmett) | {"sure": "on"} | chosen(moved, f"to:{clara.pk}") | chosen(off, "cancel")
    desk.post(TAKE, posted)
    after = [model.objects.count() for model in (Booking, Event, HistoryEntry, OutboxMessage)]
    shown = text_of(desk.post(TAKE, posted))
    assert shown.count("It is not inside any more; nothing was done.") == 2
    assert [model.objects.count() for model in (Booking, Event, HistoryEntry, OutboxMessage)] == after


def test_what_is_refused_is_reported_and_the_others_are_done(desk, emmett, clara, monkeypatch):
    project = a_project(emmett, clara)
    lost, off = (a_booking(emmett, at(hour), project=project) for hour in (9, 11))
    posted = asked(emmett) | {"sure": "on"} | chosen(lost, "time", day="2033-03-17", clock="10:00")
    posted |= chosen(off, "cancel")
    a_booking(emmett, at(10, days=3))
    shown = text_of(desk.post(TAKE, posted))
    assert "<strong>Not done:</strong> This time is taken." in shown
    assert "Settle those that are left" in shown
    lost.refresh_from_db()
    off.refresh_from_db()
    assert (lost.state.name, off.state.name) == ("confirmed", "cancelled")
    again = desk.post(TAKE, asked(emmett))
    assert "1 booking lies inside." in text_of(again)


def test_what_the_customer_settled_between_the_question_and_the_press_stays_settled(desk, emmett):
    cancelled, moved = a_booking(emmett, at(9)), a_booking(emmett, at(11))
    posted = asked(emmett) | {"sure": "on"} | chosen(cancelled, "cancel") | chosen(moved, "cancel")
    act(cancelled, "cancel_by_customer", by=Actor.customer())
    reschedule(moved, by=Actor.customer(), start=at(9, days=4), end=at(10, days=4))
    assert text_of(desk.post(TAKE, posted)).count("nothing was done") == 2
    assert Booking.objects.get(continues=moved).state.name == "confirmed"


def test_a_session_moves_with_its_people(desk, emmett, clara):
    project = a_project(emmett, clara, graph="group_owner")
    session = a_session(emmett, at(18), seats=8, project=project)
    seat = a_seat(session)
    desk.post(TAKE, asked(emmett) | {"sure": "on"} | chosen(session, f"to:{clara.pk}"))
    seat.refresh_from_db()
    assert seat.resource == clara


def test_the_site_is_closed_by_managers_for_everybody_whatever_hours_they_keep(manager, emmett, clara):
    DatedHours.objects.create(
        resource=clara, first=date(2033, 12, 24), last=date(2033, 12, 24), opens=time(9), closes=time(12)
    )
    posted = asked("everybody", first="2033-12-24", last="2034-01-02", reason="Holidays")
    for _time in range(2):
        assert "The site is closed on these days" in text_of(manager.post(TAKE, posted))
    closed = DatedHours.objects.get(site=1)
    assert (closed.first, closed.last, closed.opens, closed.note) == (
        date(2033, 12, 24),
        date(2034, 1, 2),
        None,
        "Holidays",
    )
    assert events_of(emmett) == []
    assert [what for _start, _end, what in events_of(clara)] == ["Holidays"]


def test_a_closure_asks_about_the_bookings_of_everybody(manager, emmett, clara):
    for resource in (emmett, clara):
        a_booking(resource, at(9))
    assert "2 bookings lie inside." in text_of(manager.post(TAKE, asked("everybody")))
    assert not DatedHours.objects.exists()


def test_the_desk_takes_time_of_resources_and_closes_nothing(desk, emmett):
    assert "the site is closed" not in text_of(desk.get(TAKE))
    assert "Select a valid choice" in text_of(desk.post(TAKE, asked("everybody")))
    assert not DatedHours.objects.exists()


def test_whoever_decides_nothing_takes_nothing(designer, emmett):
    assert designer.get(TAKE).status_code == 403
    assert designer.post(TAKE, asked(emmett)).status_code == 403
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"who": []}, "This field is required."),
        ({"first": ""}, "This field is required."),
        ({"first": "9999-12-31"}, "less than or equal to"),
        ({"last": "2033-03-13"}, "The last day must not come before the first."),
        ({"last": "2035-03-13"}, "At most a year is taken at once."),
        ({"opens": "14:00"}, "Give both times, or neither for whole days."),
        ({"opens": "15:00", "closes": "14:00"}, "The end must come after the start."),
        ({"opens": "noon", "closes": "14:00"}, "Enter a valid time."),
        ({"reason": "x" * 121}, "at most 120 characters"),
        ({"who": ["nobody"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(desk, emmett, fields, told):
    posted = asked(emmett, reason="Dentist") | fields
    answer = desk.post(TAKE, posted)
    assert told in text_of(answer)
    assert values_of(answer)["reason"] == posted["reason"]
    assert not Event.objects.exists()


def test_a_time_that_the_clocks_skip_is_refused_with_its_neighbours(desk):
    berlin = a_resource(timezone="Europe/Berlin")
    answer = desk.post(TAKE, asked(berlin, first="2033-03-27", opens="02:30", closes="04:00"))
    assert "01:59 and 03:00" in text_of(answer)


def test_the_calendar_fills_it_in(desk, emmett):
    link = {"resource": emmett.pk, "start": f"{MONDAY}T14:00", "end": f"{MONDAY}T15:00"}
    values = values_of(desk.get(TAKE, link))
    assert (values["who"], values["first"], values["opens"], values["closes"]) == (
        str(emmett.pk),
        MONDAY,
        "14:00",
        "15:00",
    )
    tokyo = a_resource(timezone="Asia/Tokyo")
    values = values_of(desk.get(TAKE, link | {"resource": tokyo.pk, "zone": "Europe/Berlin"}))
    assert (values["opens"], values["closes"]) == ("22:00", "23:00")
    for wrong in ("soon", "0001-01-01T00:00", "2033-13-45T99:99", "9999-12-31", ""):
        links = dict.fromkeys(("resource", "start", "end", "zone", "day"), wrong)
        assert desk.get(TAKE, links).status_code == 200


def test_each_column_of_the_day_leads_to_taking_time_of_that_resource_and_day(desk, emmett):
    day = text_of(desk.get(reverse("admin:index"), {"date": MONDAY}))
    links = [one.replace("&amp;", "&") for one in re.findall(rf'href="({TAKE}[^"]*)"', day)]
    for link, who in zip(links, (None, str(emmett.pk)), strict=True):
        values = values_of(desk.get(link))
        assert (values.get("who"), values["first"]) == (who, MONDAY)


def test_whoever_takes_no_time_is_led_nowhere(desk, emmett):
    user = User.objects.get(username="desk")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename="view_booking"))
    day = text_of(desk.get(reverse("admin:index")))
    assert "Emmett" in day
    assert TAKE not in day


def test_nine_bookings_are_listed_by_as_many_queries_as_two(
    desk, emmett, clara, django_assert_max_num_queries
):
    project = a_project(emmett, clara)
    option = project.options.get()
    counts = []
    desk.get(TAKE)  # what a process asks once
    for hours in (range(2), range(2, 9)):
        for hour in hours:
            a_booking(emmett, at(hour * 2), project=project, option=option)
        with django_assert_max_num_queries(18) as counted:
            desk.post(TAKE, asked(emmett))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_a_sick_colleagues_nine_bookings_are_settled_in_one_press(desk, emmett, clara):
    project = a_project(emmett, clara)
    option = project.options.get()
    bookings = [a_booking(emmett, at(8 + hour), HOUR, project=project, option=option) for hour in range(9)]
    for hour in (9, 12, 15):
        a_booking(clara, at(hour), timedelta(minutes=30))
    page = desk.post(TAKE, asked(emmett, reason="Ill"))
    values = values_of(page)
    open_ones = [one for one in bookings if not values[f"of-{one.pk}-way"]]
    assert len(open_ones) == 3
    for one, way in zip(open_ones, ("cancel", "leave", "time"), strict=True):
        values |= chosen(one, way)
    values |= {f"of-{open_ones[2].pk}-day": "2033-03-17", f"of-{open_ones[2].pk}-clock": "10:00"}
    values["who"] = [emmett.pk]
    assert "Not done" not in text_of(desk.post(TAKE, values))
    assert Booking.objects.filter(resource=clara, continues__isnull=False).count() == 6
