"""Classes at the desk: made once or ten times, who comes, ticked off, called off with everybody named."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.lifecycle import book
from bookings.models import Booking, OutboxMessage
from tests.admin.conftest import text_of, values_of
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_project,
    a_resource,
    a_seat,
    a_session,
    at,
    long_ago,
    marty,
)

pytestmark = pytest.mark.django_db
CLASSES = reverse("admin:bookings_booking_classes")
THAT_DAY = f"{CLASSES}?from=2033-03-14"


@pytest.fixture
def studio():
    return a_resource(name="Large studio")


def class_url(session):
    return reverse("admin:bookings_booking_class", args=[session.pk])


def test_the_sessions_of_four_weeks_are_listed_with_the_seats_that_are_taken(desk, studio):
    session = a_session(studio, at(18), seats=8, what="Figure drawing")
    a_seat(session)
    a_session(studio, at(18, days=28), seats=8, what="Too late")
    a_booking(studio, at(9), what="Not a class")
    page = text_of(desk.get(THAT_DAY))
    assert "1 of 8 taken" in page
    assert class_url(session) in page
    assert "Too late" not in page
    assert "Not a class" not in page


@pytest.mark.parametrize("asked", ["", "tomorrow", "9999-99-99", "0001-01-01", "9999-12-31", "x" * 200])
def test_a_day_that_is_none_shows_the_weeks_from_today(desk, asked):
    assert desk.get(CLASSES, {"from": asked}).status_code == 200


def test_one_class_is_made_of_the_project_in_which_its_seats_are_booked(desk, studio):
    project = a_project(studio, graph="group_customer", name="Drawing")
    sent = values_of(desk.get(CLASSES))
    assert (sent["project"], sent["resource"]) == (str(project.pk), str(studio.pk))
    answer = desk.post(CLASSES, sent | {"start": "2033-03-14T18:00", "max_seats": "8"})
    session = Booking.objects.get()
    assert (session.start, session.end, session.max_seats) == (at(18), at(19), 8)
    assert (session.what, session.project, session.series) == ("Drawing", project, None)
    assert answer.url == f"{CLASSES}?from=2033-03-14"
    assert session.version.offers_seats


def test_ten_mondays_of_a_class_without_a_project(desk, studio):
    sent = values_of(desk.get(CLASSES)) | {
        "start": "2033-03-14T18:00",
        "max_seats": "8",
        "length": "90 minutes",
    }
    assert "Say what it is." in text_of(desk.post(CLASSES, sent))
    desk.post(CLASSES, sent | {"what": "Yoga", "times": "10"})
    made = list(Booking.objects.order_by("start"))
    assert [one.start for one in made] == [at(18, days=7 * week) for week in range(10)]
    assert len({one.series_id for one in made}) == 1
    assert {(one.what, one.where, one.length) for one in made} == {
        ("Yoga", "Large studio", timedelta(minutes=90))
    }


def test_a_monday_that_is_taken_is_named_and_none_is_made(desk, studio):
    a_booking(studio, at(18, days=7))
    sent = values_of(desk.get(CLASSES)) | {
        "start": "2033-03-14T18:00", "max_seats": "8", "length": "1 hour", "what": "Yoga", "times": "3",
    }  # fmt: skip
    answer = desk.post(CLASSES, sent)
    assert "This time is taken." in text_of(answer)
    assert not Booking.objects.filter(what="Yoga").exists()
    desk.post(CLASSES, values_of(answer))
    starts = Booking.objects.filter(what="Yoga").order_by("start").values_list("start", flat=True)
    assert list(starts) == [at(18), at(17, days=7), at(18, days=14)]


def test_who_comes_is_ticked_off_by_one_press_each_and_taken_back(desk, studio):
    session = a_session(studio, at(18), seats=8)
    seat = a_seat(session)
    assert "attendance" not in values_of(desk.get(class_url(session)))
    assert "can be noted from" in text_of(desk.get(class_url(session)))
    for row in (session, seat):
        long_ago(row, row.start - at(0) + timedelta(days=3000))
    page = text_of(desk.get(class_url(session)))
    assert "Arrived" in page
    url = reverse("admin:bookings_booking_attended", args=[seat.pk])
    answer = desk.post(url, {"attendance": "arrived", "back": class_url(session)})
    assert answer.url == f"{class_url(session)}#b-{seat.reference}"
    seat.refresh_from_db()
    assert seat.attendance == "arrived"
    assert "Undo" in text_of(desk.get(class_url(session)))


def test_before_a_class_is_called_off_everybody_is_named_with_how_they_are_told(desk, studio):
    session = a_session(studio, at(18), seats=8)
    a_seat(session)
    book(Booking(session=session), graph="group_customer", by=SERVER, customer=marty(email=""))
    act = reverse("admin:bookings_booking_act", args=[session.pk, "cancel"])
    for url in (class_url(session), act):
        page = text_of(desk.get(url))
        assert "Marty McFly is told by e-mail to marty@example.com" in page
        assert "Marty McFly is not told: no address is known." in page
    OutboxMessage.objects.all().delete()
    desk.post(act, {"message": ""})
    assert not Booking.objects.filter(state__occupies=True).exists()


def test_what_is_no_class_has_no_page_and_who_may_not_look_sees_none(desk, designer, studio):
    assert desk.get(class_url(a_booking(studio, at(9)))).status_code == 404
    session = a_session(studio, at(18), seats=8)
    for url in (CLASSES, class_url(session)):
        assert designer.get(url).status_code == 403
    assert designer.post(CLASSES, {}).status_code == 403


def test_the_pages_cost_as_many_queries_for_many_as_for_few(desk, studio, django_assert_max_num_queries):
    for number in range(6):
        session = a_session(studio, at(8 + number), HOUR, seats=20)
    for _number in range(10):
        a_seat(session)
    with django_assert_max_num_queries(15):
        desk.get(THAT_DAY)
    with django_assert_max_num_queries(15):
        desk.get(class_url(session))


def test_classes_stand_in_the_bar(desk):
    assert f'href="{CLASSES}"' in text_of(desk.get(reverse("admin:index")))
