"""A booking at the desk on one page: who was here before, as last time, free times as buttons, held while one types."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.errors import OverlapNotAllowed
from bookings.lifecycle import Actor, join_people, reschedule
from bookings.models import (
    Block,
    Booking,
    Customer,
    HistoryEntry,
    Option,
    OptionResource,
    Person,
    Reservation,
    Site,
    WeeklyHours,
)
from tests.admin.conftest import text_of, values_of
from tests.situations import a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
NEW = reverse("admin:bookings_booking_new")
PEOPLE = reverse("admin:bookings_booking_people")
RELEASE = reverse("admin:bookings_booking_release")
STAFF = Actor("staff", "1")
MONDAY = {"day": "2033-03-14"}


@pytest.fixture
def studio():
    """Two who draw portraits on Mondays from nine to twelve, an hour each."""
    both = [a_resource(name=name) for name in ("Lena", "Omar")]
    for resource in both:
        WeeklyHours.objects.create(resource=resource, weekday=0, opens="09:00", closes="12:00")
    questions = {"name": {}, "email": {}, "phone": {}, "allergies": {"title": "Allergies"}}
    return a_project(*both, name="Portrait", customer_fields=questions)


@pytest.fixture
def maria(studio):
    """Was with Omar for two hours, and is allergic to oil."""
    long = Option.objects.create(project=studio, label="Long", length=timedelta(hours=2), position=1)
    customer = Customer(
        name="Maria Novak", email="maria@example.org", phone="+4915155501234", answers={"allergies": "Oil"}
    )
    omar = studio.links.get(resource__name="Omar").resource
    a_booking(
        omar, at(9, days=7), timedelta(hours=2), by=STAFF, project=studio, option=long, customer=customer
    )
    join_people()
    return Person.objects.get()


def times_of(response):
    """What the buttons of free times send."""
    return re.findall(r'name="take" value="([^"]*)"', text_of(response))


def looked(client, url, **typed):
    """The page after the chosen day was asked for, and what a browser would send from it."""
    answer = client.post(url, values_of(client.get(url)) | MONDAY | {"resource": ""} | typed | {"look": "1"})
    return answer, values_of(answer)


def test_the_free_times_of_the_day_are_buttons_and_one_that_is_pressed_is_held(desk, studio):
    page, values = looked(desk, NEW)
    assert times_of(page)[0] == "2033-03-14T09:00:00+00:00"
    held = desk.post(NEW, values | {"customer-name": "Jenny", "take": times_of(page)[0]})
    hold = Reservation.objects.get()
    assert (hold.start, hold.resource.name) == (at(9), "Lena")
    assert "is held for you until" in text_of(held)
    assert times_of(held)[0] == "2033-03-14T09:00:00+00:00"
    assert 'value="2033-03-14T09:00:00+00:00" aria-pressed="true"' in " ".join(text_of(held).split())
    kept = values_of(held)
    assert (kept["day"], kept["clock"], kept["resource"]) == ("2033-03-14", "09:00", str(hold.resource_id))
    assert kept["customer-name"] == "Jenny"
    assert desk.post(NEW, kept).status_code == 302
    booking = Booking.objects.get()
    hold.refresh_from_db()
    assert (booking.start, booking.resource, booking.customer.name) == (at(9), hold.resource, "Jenny")
    assert hold.booking == booking


def test_another_time_is_held_instead_and_one_that_is_gone_is_said_with_all_that_was_typed(desk, studio):
    page, values = looked(desk, NEW)
    first, second = times_of(page)[0], times_of(page)[-1]
    held = values_of(desk.post(NEW, values | {"take": first}))
    held = values_of(desk.post(NEW, held | {"take": second}))
    assert [one.start.isoformat() for one in Reservation.objects.live()] == [second]
    for link in studio.links.all():
        a_booking(link.resource, at(9), by=STAFF)
    refused = desk.post(NEW, held | {"customer-name": "Jenny", "resource": "", "take": first})
    assert "This time is taken." in text_of(refused)
    assert values_of(refused)["customer-name"] == "Jenny"
    assert [one.start.isoformat() for one in Reservation.objects.live()] == [second]


def test_when_lena_is_taken_omar_is_held(desk, studio):
    a_booking(studio.links.first().resource, at(9), by=STAFF)
    page, values = looked(desk, NEW)
    desk.post(NEW, values | {"take": times_of(page)[0]})
    assert Reservation.objects.get().resource.name == "Omar"


def test_a_page_that_is_left_lets_its_time_go_and_nobody_elses(desk, manager, studio):
    page, values = looked(desk, NEW)
    hold = values_of(desk.post(NEW, values | {"take": times_of(page)[0]}))["hold"]
    manager.post(RELEASE, {"hold": hold})
    desk.post(RELEASE, {"hold": hold + "x"})
    desk.post(RELEASE)
    assert Reservation.objects.live().count() == 1
    assert desk.get(RELEASE).status_code == 405
    assert desk.post(RELEASE, {"hold": hold}).status_code == 204
    assert not Reservation.objects.live().exists()


def test_a_hold_that_ended_books_anew_where_the_time_is_still_free(desk, studio):
    page, values = looked(desk, NEW)
    held = values_of(desk.post(NEW, values | {"take": times_of(page)[0]}))
    desk.post(RELEASE, {"hold": held["hold"]})
    assert desk.post(NEW, held | {"customer-name": "Jenny"}).status_code == 302


@pytest.mark.parametrize("take", ["", "x", "9" * 50, "2033-03-14T09:00", "2033-03-14T03:00:00+00:00"])
def test_a_time_that_nobody_offers_is_no_error_of_ours(desk, studio, take):
    _page, values = looked(desk, NEW)
    assert desk.post(NEW, values | {"take": take}).status_code == 200


def test_a_known_caller_begins_as_last_time(desk, maria):
    page = desk.get(NEW, {"person": maria.pk})
    values = values_of(page)
    assert "As last time: Portrait · Long · Omar" in text_of(page)
    assert values["customer-name"] == "Maria Novak"
    assert values["customer-email"] == "maria@example.org"
    assert values["customer-allergies"] == "Oil"
    url = f"{NEW}?person={maria.pk}"
    page = desk.post(url, values | MONDAY | {"look": "1"})
    assert times_of(page) == ["2033-03-14T09:00:00+00:00"]  # two hours fit in once
    held = values_of(desk.post(url, values_of(page) | {"take": times_of(page)[0]}))
    assert desk.post(url, held).status_code == 302
    booking = Booking.objects.latest("created_at")
    assert (booking.resource.name, booking.option.label, booking.start) == ("Omar", "Long", at(9))
    assert (booking.customer.name, booking.customer.answers) == ("Maria Novak", {"allergies": "Oil"})


def test_somebody_is_found_while_typing_and_without_script_by_a_press(desk, maria):
    for typed in ("nov", "+49151555", "maria@"):
        told = desk.get(PEOPLE, {"q": typed}).json()["people"]
        assert told == [{"id": maria.pk, "name": "Maria Novak", "reached": "+4915155501234"}]
    assert f"{NEW}?person={maria.pk}" in text_of(desk.get(NEW, {"q": "novak"}))
    assert "Nobody is known as “zz”" in text_of(desk.get(NEW, {"q": "zz"}))


def test_at_most_ten_are_told(desk, studio):
    for number in range(12):
        customer = Customer(name=f"Novak {chr(97 + number)}", email=f"n{number}@example.org")
        a_booking(a_resource(), at(9), by=STAFF, customer=customer)
    join_people()
    assert len(desk.get(PEOPLE, {"q": "novak"}).json()["people"]) == 10


def test_who_may_not_see_people_is_told_of_none(designer, maria):
    assert designer.get(PEOPLE, {"q": "nov"}).status_code == 403
    assert designer.post(RELEASE).status_code == 403
    assert designer.get(NEW, {"person": maria.pk}).status_code == 403


def test_a_walk_in_stands_at_the_next_free_time_and_needs_a_name_alone(desk, time_machine):
    Site.objects.filter(pk=Site.current().pk).update(timezone="UTC")
    a_project(a_resource(timezone="UTC"), a_resource(timezone="UTC"))
    now = timezone.now().replace(hour=9, minute=12, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)  # late in the evening no hour of today is left
    values = values_of(desk.get(NEW))
    assert desk.post(NEW, values | {"customer-name": "Walk In"}).status_code == 302
    booking = Booking.objects.get()
    assert now <= booking.start <= now + timedelta(hours=2)


def test_a_link_to_a_time_begins_with_it_whichever_clocks_it_is_on(desk, studio):
    omar = studio.links.get(resource__name="Omar").resource
    other = a_project(a_resource(name="Zoe", timezone="Asia/Tokyo"), name="Aquarelle")
    zoe = other.resources.get()
    of_the_day = f"?resource={omar.pk}&day=2033-03-14&clock=10%3A00"
    of_the_calendar = f"?resource={zoe.pk}&start=2033-03-14T10%3A00&zone=UTC"
    for link, resource, clock in ((of_the_day, omar, "10:00"), (of_the_calendar, zoe, "19:00")):
        values = values_of(desk.get(NEW + link))
        assert (values["resource"], values["day"], values["clock"]) == (str(resource.pk), "2033-03-14", clock)


@pytest.mark.parametrize(
    "link",
    ["?resource=x&day=y&clock=z", "?start=never&zone=UTC", "?resource=&start=2033-03-14T10:00&zone=Mars"],
)
def test_a_link_that_names_nothing_begins_as_ever(desk, studio, link):
    assert times_of(desk.get(NEW + link)) == times_of(desk.get(NEW))


def test_what_happens_and_who_is_written_to_is_said_before(desk, studio):
    shown = text_of(desk.get(NEW))
    assert "Then: Confirmed." in shown
    assert "The customer is written to where there is an e-mail address" in shown


def test_a_blocked_person_is_marked_and_booked_by_staff_all_the_same(desk, maria):
    Block.objects.create(person=maria, reason="Owes for June")
    page = desk.get(NEW, {"person": maria.pk})
    assert "Owes for June" in text_of(page)
    values = values_of(page) | MONDAY | {"clock": "09:00"}
    assert desk.post(f"{NEW}?person={maria.pk}", values).status_code == 302


def test_nobody_is_named_by_a_number_that_is_none(desk, studio):
    for number in ("x", "-1", "9" * 40, "77"):
        assert desk.get(NEW, {"person": number}).status_code == 200


def test_over_taken_time_needs_permission_and_reason_on_every_path_and_has_a_badge(desk, manager, studio):
    lena = studio.links.first().resource
    taken = a_booking(lena, at(9), by=STAFF, project=studio)
    typed = {"day": "2033-03-14", "clock": "09:00", "resource": str(lena.pk), "customer-name": "Jenny"}
    over = {"overlap": "on", "overstepped": "", "customer-email": "jenny@example.org"}
    assert desk.post(NEW, values_of(desk.get(NEW)) | typed | over | {"overstepped": "x"}).status_code == 200
    no_reason = manager.post(NEW, values_of(manager.get(NEW)) | typed | over)
    assert "Say why it may overlap." in text_of(no_reason)
    assert Booking.objects.count() == 1
    manager.post(NEW, values_of(manager.get(NEW)) | typed | over | {"overstepped": "Twins"})
    doubled = Booking.objects.exclude(pk=taken.pk).get()
    assert (doubled.allow_double_bookings, doubled.overstepped) == (True, "Twins")
    for may, reason in ((False, "x"), (True, "")):
        with pytest.raises(OverlapNotAllowed):
            reschedule(
                doubled,
                by=Actor("staff", "1", may_overlap=may),
                start=at(10),
                end=at(11),
                allow_double_bookings=True,
                overstepped=reason,
            )
    join_people()
    person = Person.objects.get(name="Jenny")
    assert "over taken time" in text_of(desk.get(reverse("admin:bookings_person_change", args=[person.pk])))


def test_the_page_takes_few_queries_whatever_there_is_to_be_chosen_from(desk, maria, studio):
    def queries(**asked):
        with CaptureQueriesContext(connection) as captured:
            desk.get(NEW, asked, headers={"accept-language": "en"})
        return len(captured)

    queries()
    for number in range(6):
        resource = a_resource(name=f"Guest {number}")
        link = studio.links.create(resource=resource, position=number + 5)
        option = Option.objects.create(
            project=studio, label=f"Short {number}", length=timedelta(hours=1), position=number + 5
        )
        OptionResource.objects.create(option=option, link=link, length=timedelta(minutes=30))
        a_booking(
            a_resource(), at(9), by=STAFF, customer=Customer(name=f"Nova {number}", email="n@example.org")
        )
    join_people()
    assert queries() <= 12  # the site's row among them, whose clocks a page shows
    assert queries(person=maria.pk) <= 14  # and who it is, and what they had last time
    assert queries(q="nov") <= 14  # and how names are looked for here


def test_history_says_why_it_was_whom_the_page_proposed_unless_somebody_else_was_chosen(desk, studio):
    """Lena has an hour that Monday already, so that Omar is proposed."""
    studio.availability = {"mode": "balanced"}
    studio.save()
    lena, omar = (link.resource for link in studio.links.all())
    a_booking(lena, at(11))
    proposed = values_of(desk.get(NEW, MONDAY)) | {"customer-name": "Walk In"}
    assert (proposed["resource"], proposed["clock"]) == (str(omar.pk), "09:00")

    def booked(**typed):
        desk.post(NEW, proposed | typed)
        booking = Booking.objects.latest("created_at")
        return booking.resource, HistoryEntry.objects.get(booking_id=booking.pk).assignment

    assert booked(clock="10:00") == (omar, None)  # nobody proposed that time
    assert booked(resource=str(lena.pk)) == (lena, None)
    who, why = booked()
    assert (who, why["chosen"]) == (omar, str(omar.pk))
    assert [one["resource"] for one in why["order"]] == [str(omar.pk), str(lena.pk)]
    assert booked(clock="11:00", turn="made-up") == (omar, None)


def test_what_an_option_says_of_a_resource_is_read_with_it(desk, studio):
    """Omar does the short one alone, in half an hour."""
    lena, omar = studio.links.all()
    short = Option.objects.create(project=studio, label="Short", length=timedelta(hours=1), position=0)
    OptionResource.objects.create(option=short, link=lena, offered=False)
    OptionResource.objects.create(option=short, link=omar, length=timedelta(minutes=30))
    page, values = looked(desk, NEW, option=str(short.pk))
    desk.post(NEW, values | {"take": times_of(page)[0]})
    held = Reservation.objects.get()
    assert (held.resource.name, held.end - held.start) == ("Omar", timedelta(minutes=30))
