"""A series at the desk: what cannot be had is named with the nearest free times, and all is booked or nothing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from bookings.lifecycle import Actor, act, reschedule
from bookings.models import Booking, DatedHours, Occupancy, OutboxMessage, Series
from tests.admin.conftest import logged_in, text_of, values_of
from tests.lifecycle.test_series import a_series
from tests.situations import HOUR, SERVER, a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NEW = reverse("admin:bookings_booking_new_series")
THURSDAYS = {"start": "2033-03-17T09:00", "times": "8", "every": "7", "customer-name": "Anna Novak"}


@pytest.fixture
def emmett():
    return a_resource(name="Emmett", timezone="Europe/Berlin")


@pytest.fixture
def project(emmett):
    return a_project(emmett, name="Physiotherapy")


def thursday(week, hour=8, minute=0):
    """Nine o'clock in Berlin is 8:00 UTC until the clocks change on 27 March, then 7:00."""
    return at(hour - (week > 1), minute, days=3 + 7 * week)


def test_eight_thursdays_are_booked_at_the_same_time_by_the_clocks_of_the_resource(desk, project):
    answer = desk.post(NEW, THURSDAYS | values_of(desk.get(NEW)) | THURSDAYS)
    made = list(Booking.objects.order_by("start"))
    assert answer.url == reverse("admin:bookings_booking_series", args=[made[0].pk])
    assert [one.start for one in made] == [thursday(week) for week in range(8)]
    assert {str(one.customer) for one in made} == {"Anna Novak"}
    page = text_of(desk.get(answer.url))
    assert page.count("Anna Novak") >= 8
    assert "8 dates are booked." in page


def test_what_cannot_be_had_is_named_with_the_nearest_free_times_and_nothing_is_booked(desk, project, emmett):
    a_booking(emmett, thursday(1), project=project)
    a_booking(emmett, thursday(3), timedelta(hours=2), project=project)
    answer = desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS)
    page = text_of(answer)
    assert page.count("This time is taken.") == 2
    assert not Series.objects.exists()
    chosen = values_of(answer)
    assert [chosen["date-1"], chosen["date-3"]] == [
        (thursday(1) - HOUR).isoformat(),
        (thursday(3) - HOUR).isoformat(),
    ]
    assert "leave this date out" in page
    desk.post(NEW, chosen)
    starts = list(
        Booking.objects.filter(series__isnull=False).order_by("start").values_list("start", flat=True)
    )
    assert len(starts) == 8
    assert starts[1] == thursday(1) - HOUR


def test_only_what_is_free_is_booked_by_one_press(desk, project, emmett):
    a_booking(emmett, thursday(1), project=project)
    asked = values_of(desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS))
    desk.post(NEW, asked | {"free": "1"})
    assert Booking.objects.filter(series__isnull=False).count() == 7


def test_a_date_that_was_just_taken_is_named_when_it_is_chosen(desk, project, emmett):
    a_booking(emmett, thursday(1), project=project)
    asked = values_of(desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS))
    a_booking(emmett, thursday(1) - HOUR, project=project)
    again = desk.post(NEW, asked)
    assert "This time is taken." in text_of(again)
    assert values_of(again)["date-1"] != asked["date-1"]
    assert not Series.objects.exists()


def test_choices_are_not_read_for_other_dates_and_nonsense_is_asked_again(desk, project, emmett):
    a_booking(emmett, thursday(1), project=project)
    asked = values_of(desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS))
    desk.post(NEW, asked | {"start": "2033-03-18T09:00"})
    assert Booking.objects.filter(series__isnull=False, start=at(8, days=11)).exists()
    for nonsense in ("2033-13-01", "x" * 300, "9999-12-31T23:00+00:00", "2033-03-17T09:00"):
        assert "This time is taken." in text_of(desk.post(NEW, asked | {"date-1": nonsense}))


def test_a_closed_day_is_named_and_may_be_taken_all_the_same(desk, project, emmett):
    DatedHours.objects.create(resource=emmett, first="2033-03-24", last="2033-03-24", opens=None)
    answer = desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS)
    assert "It is closed then." in text_of(answer)
    desk.post(NEW, values_of(answer) | {"date-1": "anyway"})
    assert Booking.objects.filter(series__isnull=False, start=thursday(1)).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": "1"},
        {"times": "53"},
        {"start": "tomorrow"},
        {"start": "2500-01-01T09:00"},
        {"every": "3"},
        {"customer-name": ""},
        {"resource": "nobody"},
    ],
)
def test_what_is_wrong_is_said_at_its_field(desk, project, wrong):
    answer = desk.post(NEW, values_of(desk.get(NEW)) | THURSDAYS | wrong)
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    assert not Booking.objects.exists()


def test_only_who_may_book_makes_a_series(designer, project):
    assert designer.get(NEW).status_code == designer.post(NEW, THURSDAYS).status_code == 403


def series_url(booking):
    return reverse("admin:bookings_booking_series", args=[booking.pk])


def test_it_moves_from_one_date_on(desk):
    made = a_series(a_resource(), 4)
    url = series_url(made[1])
    sent = values_of(desk.get(url)) | {"do": "move", "move-start": "2033-03-22T10:00", "move-scope": "onward"}
    desk.post(url, sent)
    starts = [one.start for one in Booking.objects.of_series(made[0].series_id)]
    assert starts == [at(9), at(10, days=8), at(10, days=15), at(10, days=22)]


def test_a_move_names_what_is_in_the_way_and_may_leave_that_date_where_it_is(desk):
    resource = a_resource()
    made = a_series(resource, 3)
    a_booking(resource, at(12, days=7))
    url = series_url(made[0])
    asked = desk.post(url, values_of(desk.get(url)) | {"do": "move", "move-start": "2033-03-14T12:00"})
    assert "This time is taken." in text_of(asked)
    assert [one.start for one in Booking.objects.of_series(made[0].series_id)] == [one.start for one in made]
    desk.post(url, values_of(asked) | {"do": "move", "date-1": "out"})
    starts = [one.start for one in Booking.objects.of_series(made[0].series_id)]
    assert starts == [at(12), at(9, days=7), at(12, days=14)]


def test_a_move_to_where_it_is_tells_nobody(desk):
    made = a_series(a_resource(), 2)
    OutboxMessage.objects.all().delete()
    page = desk.post(series_url(made[0]), values_of(desk.get(series_url(made[0]))) | {"do": "move"})
    assert "It is there already." in text_of(page)
    assert not OutboxMessage.objects.exists()
    assert Booking.objects.count() == 2


def test_it_is_called_off_from_one_date_on_and_who_is_told_is_said_before(desk, emmett):
    made = a_series(emmett, 4)
    url = series_url(made[2])
    page = text_of(desk.get(url))
    assert "marty@example.com" in page
    OutboxMessage.objects.all().delete()
    answer = desk.post(url, {"do": "cancel", "end-scope": "onward", "end-message": ""}, follow=True)
    assert "2 dates: Cancelled." in text_of(answer)
    assert Occupancy.objects.count() == 2
    assert OutboxMessage.objects.filter(kind="mail", payload__to="customer").count() == 1
    told = text_of(desk.get(reverse("admin:bookings_booking_change", args=[made[3].pk])))
    assert "What the customer was told" in told


def test_who_may_only_look_changes_nothing_and_what_is_not_offered_is_refused(desk, emmett):
    made = a_series(emmett, 2)
    url = series_url(made[0])
    answer = desk.post(url, {"do": "complete", "end-scope": "all", "end-message": ""})
    assert answer.status_code == 200
    assert "not possible" in text_of(answer)
    viewer = logged_in("designer")
    assert viewer.post(url, {"do": "cancel", "end-scope": "all"}).status_code == 403
    alone = a_booking(emmett, at(20))
    assert desk.get(series_url(alone)).status_code == 404
    assert Occupancy.objects.count() == 3


def test_the_pages_cost_as_many_queries_for_many_dates_as_for_few(
    desk, project, emmett, django_assert_max_num_queries
):
    few, many = a_series(emmett, 2), a_series(a_resource(), 20)
    for made in (few, many):
        with django_assert_max_num_queries(15):
            assert desk.get(series_url(made[0])).status_code == 200
    for week in range(1, 8):
        a_booking(emmett, thursday(week), project=project)
    sent = values_of(desk.get(NEW)) | THURSDAYS
    with django_assert_max_num_queries(40):
        assert text_of(desk.post(NEW, sent)).count("This time is taken.") == 7


def test_a_date_that_ended_stays_in_the_list(desk, emmett):
    made = a_series(emmett, 2)
    act(made[0], "cancel", by=Actor("staff", "1"))
    assert "Cancelled" in text_of(desk.get(series_url(made[1])))


def test_each_date_of_a_move_is_judged_by_whose_it_is_and_by_its_own_length(desk, emmett):
    other = a_resource(name="Jennifer", timezone="Europe/Berlin")
    made = a_series(emmett, 3)
    second = reschedule(made[1], by=SERVER, start=made[1].start, end=made[1].start + 2 * HOUR, resource=other)
    hour_later = {"do": "move", "move-start": f"{made[0].start.astimezone(BERLIN) + HOUR:%Y-%m-%dT%H:%M}"}
    a_booking(emmett, second.start + HOUR)
    clash = a_booking(other, second.start + 2 * HOUR)
    url = series_url(made[0])
    asked = desk.post(url, values_of(desk.get(url)) | hour_later)
    assert text_of(asked).count("This time is taken.") == 1
    assert 'name="date-1"' in asked.content.decode()
    act(clash, "cancel", by=SERVER)
    assert desk.post(url, values_of(desk.get(url)) | hour_later).status_code == 302
    starts = [one.start for one in Booking.objects.of_series(made[0].series_id)]
    assert starts == [one.start + HOUR for one in made]


def test_who_is_booked_along_and_takes_a_series_over_is_judged_with_whom_it_was(desk, emmett):
    other = a_resource(name="Jennifer", timezone="Europe/Berlin")
    made = a_series(emmett, 2, companions=[other])
    a_booking(emmett, made[1].start + HOUR)
    url = series_url(made[0])
    sent = values_of(desk.get(url)) | {"do": "move", "move-resource": str(other.pk)}
    sent["move-start"] = f"{made[0].start.astimezone(BERLIN) + HOUR:%Y-%m-%dT%H:%M}"
    assert text_of(desk.post(url, sent)).count("This time is taken.") == 1
    assert desk.post(url, sent | {"free": "1"}).status_code == 302
    told = [(one.resource, one.start) for one in Booking.objects.of_series(made[0].series_id)]
    assert told == [(other, made[0].start + HOUR), (emmett, made[1].start)]
