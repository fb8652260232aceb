"""A page costs the same few queries whatever the data, and the first page is light."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.effects.links import action_token, owner_token
from bookings.lifecycle import Actor, reschedule
from bookings.models import Booking, Project, Site, WeeklyHours
from tests.situations import a_booking, a_project, a_resource, a_session

pytestmark = pytest.mark.django_db
MOST = 10


def queries(client, url):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200
    return counted(seen)


def counted(seen):
    """What each page costs: a statement is prepared once on a connection, and run each time."""
    return [query["sql"] for query in seen if not query["sql"].startswith("PREPARE ")]


@pytest.fixture
def crowd(project, tomorrow):
    """Many resources, projects, sessions and bookings."""
    Site.current()
    seats = a_project(a_resource(daily_cap=3), graph="group_customer")
    a_session(seats.resources.get(), tomorrow, seats=2, project=seats)
    for number in range(8):
        resource = a_resource()
        project.links.create(resource=resource, position=number + 1)
        a_project(resource, heading="Others", availability={"buffer": f"{number} minutes"})
        for hour in range(8):
            a_booking(resource, tomorrow + timedelta(hours=hour), project=project)


@pytest.mark.parametrize("url", ["/", "/book/lightning/", "/book/lightning/?month=2035-01"])
def test_finding_a_time_takes_few_queries(visitor, crowd, url):
    seen = queries(visitor.client, url)
    assert len(seen) <= MOST, "\n".join(seen)


def test_a_month_without_a_free_time_takes_few_queries_and_so_does_the_search_for_the_next(visitor, crowd):
    WeeklyHours.objects.create(site_id=1, weekday=0, opens="09:00", closes="09:30")
    month = queries(visitor.client, "/book/lightning/?month=2035-01")
    assert len(month) <= MOST, "\n".join(month)
    with CaptureQueriesContext(connection) as seek:
        answer = visitor.client.get("/book/lightning/?seek=next")
    assert "refused=nothing_free" in answer["Location"]
    assert len(counted(seek)) <= MOST


def test_opening_at_a_later_month_takes_few_queries(visitor, crowd):
    """In the next month it opens at once, after that it leads on; each step takes few."""
    for days, steps in ((31, 1), (100, 3)):
        until = (timezone.now().date().replace(day=1) + timedelta(days=days)).isoformat()
        block = {"block_period": {"start": timezone.now().date().isoformat(), "end": until}}
        Project.objects.filter(slug="lightning").update(availability_constraints=[block])
        url = "/book/lightning/"
        for _step in range(steps):
            with CaptureQueriesContext(connection) as seen:
                answer = visitor.client.get(url)
            assert len(counted(seen)) <= MOST, "\n".join([url, *counted(seen)])
            url = answer.get("Location", "")
        assert 'class="time"' in answer.content.decode()


def test_the_form_takes_few_queries(visitor, crowd, project, tomorrow):
    seen = queries(visitor.client, visitor.hold(project, tomorrow))
    assert len(seen) <= MOST, "\n".join(seen)


def test_the_booking_takes_few_queries(visitor, crowd, project, tomorrow):
    page = visitor.book(project, tomorrow.replace(hour=23))
    later = tomorrow.replace(hour=22).isoformat().replace("+", "%2B")
    for more in ("", "do/cancel_by_customer/", "move/", f"move/to/?start={later}", "booking.ics"):
        seen = queries(visitor.client, f"{page}{more}")
        assert len(seen) <= MOST, "\n".join([more, *seen])
    assert Booking.objects.count() == 66


def test_each_other_page_takes_few_queries(visitor, crowd, project, tomorrow):
    visitor.book(project, tomorrow.replace(hour=23))
    booking = Booking.objects.order_by("created_at").last()
    one_action = f"/a/{action_token(booking, 'cancel_by_customer')}/cancel_by_customer/"
    urls = ["/find/", "/find/?sent=1", f"/o/{owner_token(booking)}/", one_action, f"{one_action}?done=1"]
    for url in [*urls, "/embed/lightning/", "/with/emmett/", "/nowhere/"]:
        with CaptureQueriesContext(connection) as seen:
            visitor.client.get(url)
        assert len(counted(seen)) <= MOST, "\n".join([url, *counted(seen)])


def test_an_old_link_takes_few_queries_however_often_its_booking_moved(visitor, crowd, project, tomorrow):
    page = visitor.book(project, tomorrow.replace(hour=23))
    booking = Booking.objects.order_by("created_at").last()
    costs = []
    for _time in range(6):
        start = booking.start + timedelta(days=1)
        booking = reschedule(booking, by=Actor.owner(), start=start, end=start + booking.length)
        costs.append(len(queries(visitor.client, page)))
    assert costs[-1] <= MOST, costs


def test_a_cancelled_booking_takes_few_queries(visitor, crowd, project, tomorrow):
    page = visitor.book(project, tomorrow.replace(hour=23))
    visitor.client.post(f"{page}do/cancel_by_customer/")
    seen = queries(visitor.client, page)
    assert len(seen) <= MOST, "\n".join(seen)
