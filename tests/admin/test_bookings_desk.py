"""Bookings at the desk: shown, found, and changed by the verbs alone; a refusal is said in words."""

import re
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from bookings.admin.booking.booking_admin import StateFilter
from bookings.effects.links import LinkInvalid, manage_token, read_token
from bookings.lifecycle import Actor, act, book, reschedule
from bookings.models import Booking, HistoryEntry, Remark, Site, State, WeeklyHours
from tests.admin.conftest import text_of, values_of
from tests.lifecycle.test_series import a_series
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_project,
    a_resource,
    a_seat,
    a_session,
    aged,
    at,
    marty,
)

pytestmark = pytest.mark.django_db
LIST = reverse("admin:bookings_booking_changelist")
NEW = reverse("admin:bookings_booking_new")


def words_of(booking: Booking) -> list[str]:
    return list(Remark.objects.filter(booking_id=booking.pk).values_list("words", flat=True))


def test_no_row_is_edited_or_deleted_by_hand(admin, page):
    booking = a_booking(a_resource(), at(9))
    admin.post(page(booking), {"what": "Something else"})
    assert admin.post(f"{LIST}{booking.pk}/delete/", {"post": "yes"}).status_code == 403
    booking.refresh_from_db()
    assert booking.what == "Catch the lightning"


def test_the_page_shows_the_facts_and_the_history_with_remarks(desk, page):
    booking = a_booking(a_resource(timezone="Europe/Berlin"), at(9), graph="request")
    act(booking, "decline", by=Actor.owner(), message="We are away that week.")
    shown = text_of(desk.get(page(booking)))
    for words in (
        "Marty McFly",
        "10:00–11:00",
        "Berlin time (UTC+1)",
        "We are away that week.",
        "Waiting for an answer → Declined (Decline)",
    ):
        assert words in shown


def test_an_action_asks_on_its_own_page_and_is_played_by_the_staff_member(desk, page):
    booking = a_booking(a_resource(), at(9), graph="request")
    url = page(booking, "act", "decline")
    assert "message" in text_of(desk.get(url))
    assert Booking.objects.get().state.name == "tentative"
    assert desk.post(url, {"message": "Sorry."}).status_code == 302
    assert Booking.objects.get().state.name == "declined"
    assert words_of(booking) == ["Sorry."]
    last = HistoryEntry.objects.last()
    assert (last.actor, last.actor_id) == ("staff", str(User.objects.get(username="desk").pk))


def test_buttons_are_the_actions_that_are_open_to_staff(desk, page):
    shown = text_of(desk.get(page(a_booking(a_resource(), at(9), graph="request"))))
    assert ">Accept</a>" in shown
    assert ">Decline</a>" in shown
    assert "Withdraw the request" not in shown
    assert ">Expire</a>" not in shown


def test_accepting_a_time_that_is_gone_is_refused_in_words(desk, page):
    resource = a_resource()
    request = a_booking(resource, at(9), graph="confirm_decline")
    winner = a_booking(resource, at(9))
    url = page(request, "act", "confirm")
    assert winner.reference in text_of(desk.get(url))
    response = desk.post(url, {"message": ""})
    assert response.status_code == 200
    assert "This time is taken." in text_of(response)
    request.refresh_from_db()
    assert request.state.name == "tentative"


def test_an_action_that_is_not_open_leads_back_with_a_sentence(desk, page):
    booking = a_booking(a_resource(), at(9))
    response = desk.post(page(booking, "act", "decline"), follow=True)
    assert "not possible in the booking&#x27;s present state" in text_of(response)


def test_a_move_keeps_the_length_and_speaks_the_resources_zone(desk, page):
    resource = a_resource(timezone="Europe/Berlin")
    booking = a_booking(resource, at(9))
    values = values_of(desk.get(page(booking, "move")))
    assert (values["day"], values["clock"]) == ("2033-03-14", "10:00")
    response = desk.post(page(booking, "move"), values | {"clock": "15:07"})
    assert response.status_code == 302
    moved = Booking.objects.get(continues=booking)
    assert (moved.start, moved.length) == (at(14, 7), timedelta(hours=1))
    assert moved.reference == booking.reference


def test_a_move_to_a_taken_time_is_refused_in_words_and_nothing_moves(desk, page):
    resource = a_resource()
    booking, other = a_booking(resource, at(9)), a_booking(resource, at(12))
    values = values_of(desk.get(page(booking, "move"))) | {"clock": "11:30"}
    assert "This time is taken." in text_of(desk.post(page(booking, "move"), values))
    assert Booking.objects.count() == 2
    assert other.start == at(12)


def test_a_move_over_taken_time_asks_for_the_permission_and_a_reason_anew(desk, manager, page):
    doc = a_resource()
    a_booking(doc, at(12))
    booking = a_booking(doc, at(9), allow_double_bookings=True, overstepped="She insists.")
    forced = {"clock": "12:30", "overlap": "on", "overstepped": "It is urgent."}
    refused = desk.post(page(booking, "move"), values_of(desk.get(page(booking, "move"))) | forced)
    assert "This time is taken." in text_of(refused)
    values = values_of(manager.get(page(booking, "move"))) | forced
    assert "Say why it may overlap." in text_of(
        manager.post(page(booking, "move"), values | {"overstepped": ""})
    )
    assert manager.post(page(booking, "move"), values).status_code == 302
    moved = Booking.objects.get(continues=booking)
    assert (moved.allow_double_bookings, moved.overstepped) == (True, "It is urgent.")
    assert "It is urgent." in text_of(desk.get(page(moved)))


def test_attendance_is_not_asked_for_before_the_start(desk, page):
    booking = a_booking(a_resource(), at(9))
    assert page(booking, "attendance") not in text_of(desk.get(page(booking)))
    refused = desk.post(page(booking, "attendance"), {"attendance": "arrived"})
    assert "once the time has begun" in text_of(refused)


def test_a_move_out_of_hours_is_named_and_can_be_confirmed(desk, page):
    resource = a_resource()
    WeeklyHours.objects.create(resource=resource, weekday=0, opens="09:00", closes="17:00")
    booking = a_booking(resource, at(9))
    values = values_of(desk.get(page(booking, "move"))) | {"clock": "20:00"}
    response = desk.post(page(booking, "move"), values)
    assert "A customer could not book this. The resource is closed" in text_of(response)
    assert Booking.objects.count() == 1
    assert desk.post(page(booking, "move"), values | {"confirmed": "on"}).status_code == 302
    assert Booking.objects.filter(start=at(20)).exists()


def test_a_move_within_the_day_does_not_count_against_the_days_limit(desk, page):
    booking = a_booking(a_resource(daily_cap=1), at(9))
    values = values_of(desk.get(page(booking, "move"))) | {"clock": "11:30"}
    assert desk.post(page(booking, "move"), values).status_code == 302


def test_a_seat_moves_to_another_session(desk, page):
    resource, project = a_resource(), None
    first, second = (a_session(resource, at(hour), seats=3, project=project) for hour in (9, 12))
    seat = a_seat(first)
    assert desk.post(page(seat, "move"), {"session": second.pk, "message": ""}).status_code == 302
    second.refresh_from_db()
    assert second.seats_taken == 1


def test_an_answer_that_is_only_to_be_read_stays_where_staff_correct_the_rest(desk, page):
    fixed = {"format": "select", "enum": ["41", "42"], "prefilled": "42", "readonly": True}
    project = a_project(a_resource(), customer_fields={"name": {}, "email": {}, "size": fixed})
    customer = marty()
    customer.answers = {"size": "42"}
    booking = a_booking(project.resources.get(), at(9), project=project, customer=customer)
    values = values_of(desk.get(page(booking, "correct"))) | {"customer-name": "Martin McFly"}
    values.pop("customer-size", None)  # no browser sends what is switched off
    assert desk.post(page(booking, "correct"), values).status_code == 302
    booking.refresh_from_db()
    assert (booking.customer.name, booking.customer.answers) == ("Martin McFly", {"size": "42"})


def test_details_are_corrected_and_history_keeps_that_it_happened(desk, page):
    project = a_project(a_resource(), customer_fields={"name": {}, "email": {}, "shoe": {"title": "Shoe"}})
    customer = marty()
    customer.answers = {"shoe": "42", "of_the_api": ["kept"]}
    booking = a_booking(project.resources.get(), at(9), project=project, customer=customer)
    values = values_of(desk.get(page(booking, "correct")))
    assert values["customer-shoe"] == "42"
    changes = {"customer-name": "Martin McFly", "customer-shoe": "43", "staff_note": "Left-handed"}
    changes["customer-email"] = "martin@example.com"
    assert desk.post(page(booking, "correct"), values | changes).status_code == 302
    booking.refresh_from_db()
    assert (booking.customer.name, booking.staff_note) == ("Martin McFly", "Left-handed")
    assert booking.customer.email == "martin@example.com"
    assert booking.customer.answers == {"shoe": "43", "of_the_api": ["kept"]}
    assert booking.customer.phone == "(916) 555-4385"
    assert HistoryEntry.objects.last().what == "corrected"


def test_a_correction_that_is_wrong_says_why_and_writes_nothing(desk, page):
    booking = a_booking(a_resource(), at(9))
    values = values_of(desk.get(page(booking, "correct"))) | {"customer-email": "nobody", "what": "x" * 501}
    response = desk.post(page(booking, "correct"), values)
    assert text_of(response).count('class="errorlist') == 2
    booking.refresh_from_db()
    assert booking.customer.email == "marty@example.com"


def test_attendance_is_noted(desk, page):
    booking = a_booking(a_resource(), timezone.now() - 2 * HOUR)
    assert page(booking, "attendance") in text_of(desk.get(page(booking)))
    assert desk.post(page(booking, "attendance"), {"attendance": "no_show"}).status_code == 302
    booking.refresh_from_db()
    assert booking.attendance == "no_show"


def test_only_a_final_booking_is_deleted_and_its_person_forgotten(manager, page):
    booking = a_booking(a_resource(), at(9))
    assert "over can be deleted" in text_of(manager.post(page(booking, "erase")))
    act(booking, "cancel", by=Actor.owner())
    assert manager.post(page(booking, "erase")).status_code == 302
    assert manager.get(page(booking)).status_code == 404
    assert not Booking.objects.filter(customer__name="Marty McFly").exists()


def test_the_desk_may_not_delete_and_a_designer_may_not_decide(desk, designer, page):
    booking = a_booking(a_resource(), at(9), graph="request")
    assert desk.post(page(booking, "erase")).status_code == 403
    assert designer.post(page(booking, "act", "confirm")).status_code == 403
    assert designer.get(LIST).status_code == 403


def test_a_cancellation_by_the_customer_is_undone(desk, page):
    booking = a_booking(a_resource(), at(9))
    act(booking, "cancel_by_customer", by=Actor.customer())
    assert "Undo the cancellation" in text_of(desk.get(page(booking)))
    assert desk.post(page(booking, "undo")).status_code == 302
    assert Booking.objects.get(continues=booking).state.name == "confirmed"


@pytest.mark.parametrize("words", ["McFly", "marty@example.com", "{reference}"])
def test_search_finds_by_name_mail_and_reference(desk, words):
    booking = a_booking(a_resource(), at(9))
    wanted = words.format(reference=booking.reference.lower())
    assert booking.reference in text_of(desk.get(LIST, {"q": wanted}))
    assert "0 bookings" in text_of(desk.get(LIST, {"q": "nobody-at-all"}))


def test_a_moved_visit_stands_in_the_list_once(desk):
    booking = a_booking(a_resource(), at(9))
    reschedule(booking, start=at(12), end=at(13), by=Actor.owner())
    assert "1 booking<" in text_of(desk.get(LIST)).replace("\n", "")


def test_the_list_filters_by_state_project_resource_and_what_waits(desk):
    resource = a_resource()
    project = a_project(resource)
    asked = a_booking(resource, at(9), graph="request")
    booked = a_booking(resource, at(12), project=project)
    for query, found in [
        ({"state": "tentative"}, asked),
        ({"waiting": "you"}, asked),
        ({"project__id__exact": str(project.pk)}, booked),
        ({"state": "confirmed", "resource__id__exact": str(resource.pk)}, booked),
    ]:
        shown = text_of(desk.get(LIST, query))
        other = booked if found is asked else asked
        assert found.reference in shown
        assert other.reference not in shown


def test_the_lists_choices_of_states_differ_and_none_is_of_what_the_list_leaves_out(desk):
    for booking in (a_booking(a_resource(), at(9)), a_session(a_resource(), at(9), seats=2)):
        reschedule(booking, start=at(12), end=at(13), by=Actor.owner())
    a_booking(a_resource(), at(9), graph="request")
    State.objects.filter(name__in=["confirmed", "tentative"]).update(label="Alike")
    [states] = [one for one in desk.get(LIST).context["cl"].filter_specs if isinstance(one, StateFilter)]
    words = [label for _name, label in states.lookup_choices]
    assert len(words) == len(set(words))
    assert "Moved to another time" not in words
    [value] = [name for name, label in states.lookup_choices if label == "Alike"]
    shown = text_of(desk.get(LIST, {"state": value}))
    alike = Booking.objects.filter(state__name__in=["confirmed", "tentative"])
    assert alike.count() == 3
    assert all(one.reference in shown for one in alike)


def test_the_list_shows_the_days_ahead_in_the_sites_zone(desk):
    site = Site.current()
    site.timezone = "Asia/Tokyo"
    site.save()
    midnight = (
        timezone.now().astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    starts = {"today": 1, "tomorrow": 25, "week": 24 * 6 + 1, "later": 24 * 7 + 1}
    made = {
        name: a_booking(a_resource(), midnight + timedelta(hours=hours)) for name, hours in starts.items()
    }
    for query, names in [
        ("today", {"today"}),
        ("tomorrow", {"tomorrow"}),
        ("week", {"today", "tomorrow", "week"}),
    ]:
        shown = text_of(desk.get(LIST, {"day": query}))
        assert {name for name, booking in made.items() if booking.reference in shown} == names


def test_what_waits_is_in_order_of_its_deadline_with_answers_in_place(desk, page):
    later, sooner = (a_booking(a_resource(), at(9), graph="request") for _time in range(2))
    patient = a_booking(a_resource(), at(8), graph="confirm_decline")
    aged(sooner, timedelta(hours=5))
    unpaid = a_booking(a_resource(), at(9), graph="instant_payment")
    shown = text_of(desk.get(LIST, {"waiting": "you"}))
    places = [shown.index(booking.reference) for booking in (sooner, later, patient)]
    assert places == sorted(places)
    assert unpaid.reference not in shown
    assert page(sooner, "act", "confirm") in shown


def test_the_list_asks_the_same_number_of_queries_for_two_and_for_twenty(desk, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(40) as counted:
            desk.get(LIST, {"waiting": "you"})
            desk.get(LIST)
        return len(counted)

    resource = a_resource()
    project = a_project(resource)

    def some(hours: range) -> None:
        for hour in hours:
            a_booking(resource, at(hour), graph="request", project=project)

    some(range(2))
    few = queries()
    some(range(2, 20))
    assert queries() == few


def test_a_page_of_a_booking_that_does_not_exist_is_missing(desk, page):
    missing = Booking(pk="6c0e3f55-7b0c-4f0e-9f39-8a35a4b6e111")
    assert desk.get(page(missing)).status_code == 404
    assert desk.get(page(missing, "move")).status_code == 404


def test_staff_book_any_minute_for_somebody_with_a_name_alone(desk):
    project = a_project(a_resource(timezone="Europe/Berlin"))
    url = f"{NEW}?project={project.pk}"
    values = values_of(desk.get(url)) | {
        "day": "2033-03-14",
        "clock": "10:07",
        "customer-name": "Jennifer",
    }
    assert desk.post(url, values).status_code == 302
    booking = Booking.objects.get()
    assert (booking.start, booking.length) == (at(9, 7), timedelta(hours=1))
    assert (booking.what, booking.customer.name) == (project.name, "Jennifer")
    assert HistoryEntry.objects.get().actor == "staff"


def test_the_rules_that_a_new_booking_breaks_are_named_in_a_line_and_confirmed(desk):
    resource = a_resource(daily_cap=1)
    WeeklyHours.objects.create(resource=resource, weekday=0, opens="09:00", closes="17:00")
    layer = {"graph": "instant", "settings": {"max_booking_time": "4 weeks"}}
    project = a_project(resource, booking=layer)
    a_booking(resource, at(9))
    url = f"{NEW}?project={project.pk}"
    values = values_of(desk.get(url)) | {
        "day": "2033-03-14",
        "clock": "18:00",
        "customer-name": "Jennifer",
    }
    response = desk.post(url, values)
    for sentence in (
        "It is too far ahead",
        "The resource is closed",
        "as many bookings that day as it takes",
    ):
        assert sentence in text_of(response)
    assert Booking.objects.count() == 1
    assert desk.post(url, values | {"confirmed": "on"}).status_code == 302


def test_an_overlap_needs_the_permission_and_a_reason(desk, manager):
    resource = a_resource()
    project = a_project(resource)
    a_booking(resource, at(9))
    url = f"{NEW}?project={project.pk}"
    typed = {"day": "2033-03-14", "clock": "09:30", "customer-name": "Jennifer"}
    assert "This time is taken." in text_of(desk.post(url, values_of(desk.get(url)) | typed))
    forced = values_of(desk.get(url)) | typed | {"overlap": "on", "overstepped": "She insists."}
    assert "This time is taken." in text_of(desk.post(url, forced))
    values = values_of(manager.get(url)) | typed | {"overlap": "on"}
    assert "Say why it may overlap." in text_of(manager.post(url, values))
    assert manager.post(url, values | {"overstepped": "She insists."}).status_code == 302
    assert Booking.objects.get(start=at(9, 30)).overstepped == "She insists."


def test_a_new_booking_in_a_skipped_hour_is_refused_with_its_neighbours(desk):
    project = a_project(a_resource(timezone="Europe/Berlin"))
    url = f"{NEW}?project={project.pk}"
    typed = {"day": "2033-03-27", "clock": "02:30", "customer-name": "Jennifer"}
    response = desk.post(url, values_of(desk.get(url)) | typed)
    assert "The nearest are 01:59 and 03:00" in text_of(response)


def test_a_seat_is_booked_by_choosing_the_session(desk):
    project = a_project(a_resource(), graph="group_customer")
    session = a_session(project.resources.get(), at(9), seats=2, project=project)
    url = f"{NEW}?project={project.pk}"
    values = values_of(desk.get(url)) | {"customer-name": "Jennifer"}
    assert values["session"] == str(session.pk)
    assert desk.post(url, values).status_code == 302
    session.refresh_from_db()
    assert session.seats_taken == 1


def test_a_seat_is_booked_for_several_and_every_page_says_how_many(desk, page):
    project = a_project(a_resource(), graph="group_customer", booking={"graph": "group_customer"})
    session = a_session(project.resources.get(), at(9), seats=5, project=project)
    url = f"{NEW}?project={project.pk}"
    values = values_of(desk.get(url)) | {"customer-name": "Jennifer"}
    assert values["places"] == "1"
    assert desk.post(url, values | {"places": "4"}).status_code == 302
    session.refresh_from_db()
    assert session.seats_taken == 4
    seat = Booking.objects.get(session=session)
    assert "Jennifer, 4 places" in text_of(desk.get(LIST))
    assert "4 of 5 taken" in text_of(desk.get(LIST))
    assert "Jennifer, 4 places, Confirmed" in text_of(desk.get(page(session)))
    assert "<dt>Places</dt><dd>4</dd>" in text_of(desk.get(page(seat)))
    refused = text_of(desk.post(url, values | {"places": "2"}))
    assert "Fewer places are left than that: 1." in refused
    too_many = text_of(desk.post(url, values | {"places": "6"}))
    assert "The session has fewer places than that." in too_many
    for wrong in ("0", "-1", "two", ""):
        assert 'class="errorlist' in text_of(desk.post(url, values | {"places": wrong}))
    session.refresh_from_db()
    assert session.seats_taken == 4


def test_how_many_come_is_corrected_while_there_is_room_and_the_price_follows(desk):
    project = a_project(a_resource(), graph="group_customer")
    session = a_session(project.resources.get(), at(9), seats=5, project=project)
    seat = a_seat(session, project=project, places=2, price="25.00", currency="EUR")
    a_seat(session)
    url = reverse("admin:bookings_booking_correct", args=[seat.pk])
    values = values_of(desk.get(url))
    assert values["places"] == "2"
    assert desk.post(url, values | {"places": "4"}).status_code == 302
    seat.refresh_from_db()
    session.refresh_from_db()
    assert (seat.places, seat.price, session.seats_taken) == (4, Decimal("50.00"), 5)
    assert "Fewer places are left than that: 4." in text_of(desk.post(url, values | {"places": "5"}))
    for wrong in ("0", "two", "999999999999"):
        assert 'class="errorlist' in text_of(desk.post(url, values | {"places": wrong}))
    seat.refresh_from_db()
    assert seat.places == 4
    plain = a_booking(a_resource(), at(9))
    assert "places" not in values_of(desk.get(reverse("admin:bookings_booking_correct", args=[plain.pk])))


def test_a_session_is_opened_with_its_seats_and_no_customer(desk):
    project = a_project(a_resource(), graph="group_customer")
    url = f"{NEW}?project={project.pk}&graph=group_owner"
    values = values_of(desk.get(url)) | {"day": "2033-03-14", "clock": "18:00", "max_seats": "8"}
    assert "customer-name" not in values
    assert desk.post(url, values).status_code == 302
    session = Booking.objects.get()
    assert (session.max_seats, session.project) == (8, project)


def test_the_first_step_leads_to_the_second(desk):
    project = a_project(a_resource())
    add = reverse("admin:bookings_booking_add")
    assert "Choose a graph." in text_of(desk.post(add, {}))
    assert desk.post(add, {"project": project.pk}).url == f"{NEW}?project={project.pk}"


def test_without_a_project_there_is_only_the_choice(desk):
    assert desk.get(NEW).url == reverse("admin:bookings_booking_add")


def test_every_wrong_field_is_named_at_once_and_nothing_is_written(desk):
    project = a_project(a_resource())
    url = f"{NEW}?project={project.pk}"
    typed = {
        "day": "yesterday",
        "clock": "25:00",
        "length": "-1 hour",
        "customer-email": "x",
        "what": "x" * 600,
    }
    response = desk.post(url, values_of(desk.get(url)) | typed)
    # day, time, length, what, and the customer's name and e-mail
    assert text_of(response).count('class="errorlist') == 6
    assert not Booking.objects.exists()


def test_deadlines_are_told_by_the_resources_clock(desk):
    booking = a_booking(a_resource(timezone="Asia/Tokyo"), at(9), graph="request")
    assert booking.due_at - timezone.now() < timedelta(days=2)
    assert "Tokyo time" in text_of(desk.get(LIST, {"waiting": "you"}))


def test_renewing_the_link_asks_first_and_makes_the_old_one_worthless(desk, page):
    booking = a_booking(a_resource(), at(9))
    old = manage_token(booking)
    assert "stops working" in text_of(desk.get(page(booking, "renew")))
    assert read_token(old)[0] == booking
    shown = text_of(desk.post(page(booking, "renew"), follow=True))
    with pytest.raises(LinkInvalid):
        read_token(old)
    booking.refresh_from_db()
    assert manage_token(booking) in shown


def test_the_page_of_a_session_names_each_of_its_seats(desk, page):
    session = a_session(a_resource(), at(9), seats=3)
    seats = [a_seat(session), a_seat(session)]
    shown = text_of(desk.get(page(session)))
    assert all(page(seat) in shown for seat in seats)


def test_one_button_is_filled_and_what_ends_is_in_brick_and_last(desk, page):
    def buttons(booking):
        shown = text_of(desk.get(page(booking)))
        return re.findall(r'class="button ?([\w-]*)" href="[^"]*">([^<]*)</a>', shown)

    asked = buttons(a_booking(a_resource(), at(9), graph="request"))
    assert [label for look, label in asked if not look] == ["Accept"]
    assert asked[-1] == ("button--danger", "Decline")
    booked = buttons(a_booking(a_resource(), at(9)))
    assert [label for look, label in booked if not look] == []
    assert booked[-1] == ("button--danger", "Cancel")
    assert ("button--plain", "Complete") in booked


def test_what_ends_is_in_brick_on_the_page_that_asks_too_and_what_goes_on_is_filled(desk, page):
    def button(name):
        asked = text_of(desk.get(page(booking, "act", name)))
        return re.search(r'<input type="submit" class="([^"]*)"', asked)[1]

    booking = a_booking(a_resource(), at(9), graph="request")
    assert button("decline") == "default button--danger"
    assert button("confirm") == "default"


@pytest.mark.parametrize(("graph", "look"), [("instant", "head"), ("request", "head head--wait")])
def test_a_bookings_page_begins_with_who_when_and_how_it_stands(desk, page, graph, look):
    booking = a_booking(a_resource(timezone="Europe/Berlin"), at(9), graph=graph)
    shown = text_of(desk.get(page(booking)))
    first = shown[
        shown.index(f'<header class="{look}">') : shown.index("</header>", shown.index('class="head'))
    ]
    words = ("Marty McFly", "14 March 2033", "<h1>10:00–11:00</h1>", "Berlin time", str(booking.state))
    assert all(one in first for one in (*words, booking.reference))
    ended = act(booking, "cancel_by_customer", by=Actor.customer())
    assert '<header class="head head--over">' in text_of(desk.get(page(ended)))


def test_the_page_of_a_booking_takes_few_queries_however_long_its_history(
    admin, page, django_assert_max_num_queries
):
    """Moved nine times by staff and by a program, with words, and then cancelled by its customer."""
    first, second = (a_resource(email="") for _time in range(2))
    project = a_project(first, second)
    staff = Actor.staff(User.objects.get(username="admin"))
    booking = a_booking(first, at(9), project=project, option=project.options.get(), by=staff)
    for number in range(1, 10):
        booking = reschedule(
            booking,
            by=staff if number % 2 else SERVER,
            start=at(9, days=number),
            end=at(10, days=number),
            resource=(first, second)[number % 2],
            message=f"For the {number}. time",
        )
    admin.get(page(booking))
    with django_assert_max_num_queries(15):
        shown = text_of(admin.get(page(booking)))
    assert all(f"For the {number}. time" in shown for number in range(1, 10))
    assert page(booking.continues) in shown
    assert page(booking) in text_of(admin.get(page(booking.continues)))
    act(booking, "cancel_by_customer", by=Actor.customer())
    with django_assert_max_num_queries(15):
        shown = text_of(admin.get(page(booking)))
    assert page(booking, "undo") in shown


@pytest.mark.parametrize("kind", ["came by turn", "one of a series", "session", "seat"])
def test_the_page_of_a_booking_takes_few_queries_whatever_it_belongs_to(
    admin, page, kind, django_assert_max_num_queries
):
    resources = [a_resource(email="") for _number in range(3)]
    project = a_project(*resources, availability={"mode": "balanced"})
    option = {"project": project, "option": project.options.get()}
    if kind == "came by turn":
        told = [{"resource": str(one.pk), "seconds": 3600, "weight": 1} for one in resources]
        why = {"chosen": str(resources[0].pk), "order": told, "tie": "list"}
        draft = a_draft(resources[0], at(9), **option)
        booking = book(draft, graph="instant", by=Actor.customer(), customer=marty(), assignment=why)
    elif kind == "one of a series":
        booking = a_series(resources[0], 8)[3]
    else:
        session = a_session(resources[0], at(9), seats=8, **option)
        seats = [a_seat(session, places=2) for _number in range(3)]
        booking = session if kind == "session" else seats[0]
    admin.get(page(booking))
    with django_assert_max_num_queries(15):
        shown = text_of(admin.get(page(booking)))
    assert booking.reference in shown
