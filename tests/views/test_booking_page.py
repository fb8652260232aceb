"""The page of one booking: what it says, what its customer may do, and what its links are worth."""

import re
from datetime import datetime, time, timedelta
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from bookings.effects.links import manage_token, owner_token, renew
from bookings.errors import ActionNotAvailable, WindowClosed
from bookings.lifecycle import Actor, act, note_attendance, reschedule
from bookings.models import Booking, HistoryEntry, OutboxMessage, Project, Remark, Reservation
from bookings.pictures import PictureField
from bookings.views.booking import manage
from tests.situations import a_booking, a_location, a_project, a_resource, a_seat, a_session, aged, long_ago
from tests.views.conftest import Visitor

pytestmark = pytest.mark.django_db


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def page(visitor, project, tomorrow):
    """The URL of the page of a booking for tomorrow."""
    return visitor.book(project, tomorrow)


def newest():
    return Booking.objects.order_by("created_at").last()


def test_the_page_says_what_where_when_and_the_reference(visitor, page):
    said = text(visitor.see(page))
    for words in (
        "Catch the lightning",
        "Emmett Brown",
        "Courthouse, Hill Valley",
        "€18",
        newest().reference,
    ):
        assert words in said
    assert "Berlin time (UTC" in said


def test_another_zone_of_the_customer_is_shown_beside_the_places_own(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow, zone="Asia/Tokyo")
    assert "zone=Asia%2FTokyo" in form
    said = text(visitor.see(visitor.send(form, timezone="Asia/Tokyo")["Location"]))
    assert re.search(r"Berlin time \(UTC\+[12]\)\. 21:00–22:00 in Tokyo, your time\.", said)


@pytest.mark.parametrize("place", [Project.Place.ONLINE, Project.Place.PHONE])
def test_by_phone_or_online_the_customers_own_zone_comes_first(visitor, project, tomorrow, place):
    Project.objects.update(place=place)
    form = visitor.hold(project, tomorrow, zone="Asia/Tokyo")
    page = visitor.send(form, timezone="Asia/Tokyo")["Location"]
    for url in (page, f"{page}do/cancel_by_customer/"):
        said = text(visitor.see(url))
        assert re.search(r"Tokyo time \(UTC\+9\)\. 1[34]:00–1[45]:00 in Berlin\.", said)


def test_the_form_says_the_other_zone_as_the_booking_will(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow, zone="America/New_York")
    said = text(visitor.see(form))
    assert re.search(r"Berlin time \(UTC\+[12]\)\. 0[78]:00–0[89]:00 in New York, your time\.", said)


def test_the_form_says_the_place_that_the_booking_will_store(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant", "where": "A video call; the link comes by mail"})
    assert "A video call" in text(visitor.see("/book/lightning/"))
    form = visitor.hold(project, tomorrow)
    said = text(visitor.see(form))
    assert "A video call; the link comes by mail" in said
    assert "Courthouse" not in said
    visitor.send(form)
    assert newest().where == "A video call; the link comes by mail"


def test_looking_changes_nothing(visitor, page):
    for url in (page, f"{page}do/cancel_by_customer/", f"{page}move/"):
        assert visitor.client.get(url).status_code == 200
        assert visitor.client.head(url).status_code == 200
    assert newest().state.name == "confirmed"
    visitor.client.post(f"{page}do/cancel_by_customer/")
    for look in (visitor.client.get, visitor.client.head):
        assert look(f"{page}undo/")["Location"] == page
    assert newest().state.name == "cancelled_by_customer"


def test_cancelling_asks_first_then_keeps_the_reason_and_can_be_undone(visitor, page):
    assert "Keep it<" in text(visitor.see(f"{page}do/cancel_by_customer/"))
    answer = visitor.client.post(f"{page}do/cancel_by_customer/", {"message": "It rains."})
    said = text(visitor.see(answer["Location"]))
    assert "This booking is cancelled" in said
    assert "You can take it back until" in said
    assert "This booking is cancelled. You can" not in said  # its heading says so
    assert Remark.objects.get().words == "It rains."
    back = visitor.client.post(f"{page}undo/")
    assert "Your time is booked" in text(visitor.see(back["Location"]))
    assert newest().continues is not None
    again = visitor.client.post(f"{page}undo/")
    assert "Your time is booked" in text(visitor.see(again["Location"]))
    assert Booking.objects.count() == 2


def test_an_old_link_leads_on_to_what_continues_it(visitor, page):
    visitor.client.post(f"{page}do/cancel_by_customer/")
    visitor.client.post(f"{page}undo/")
    assert "Your time is booked" in text(visitor.see(page))


def test_an_undo_of_a_time_that_is_taken_by_now_says_so(visitor, another, project, page, tomorrow):
    visitor.client.post(f"{page}do/cancel_by_customer/")
    another.book(project, tomorrow)
    answer = visitor.client.post(f"{page}undo/")
    assert answer.status_code == 409
    assert "This time is taken." in text(answer)


def test_the_second_of_two_presses_at_once_leads_to_what_the_first_did(visitor, page, monkeypatch):
    def pressed_before(booking, name, *, by, message):
        act(booking, name, by=by, message=message)
        raise ActionNotAvailable(available_actions=[])

    monkeypatch.setattr(manage, "act", pressed_before)
    answer = visitor.client.post(f"{page}do/cancel_by_customer/")
    assert answer["Location"] == page
    assert "This booking is cancelled" in text(visitor.see(page))


def test_the_page_says_who_cancelled_to_who_reads_it(visitor, another, page, tomorrow, doc):
    visitor.client.post(f"{page}do/cancel_by_customer/")
    said = text(visitor.see(page))
    assert re.search(r'class="pill[^"]*"> Cancelled by you <', said)
    assert "by the customer" not in said
    assert "Cancelled by the customer" in text(another.see(f"/o/{owner_token(newest())}/"))
    seat = a_seat(a_session(doc, tomorrow.replace(hour=15), seats=2))
    page, owners = f"/b/{manage_token(seat)}/", f"/o/{owner_token(seat)}/"
    another.client.post(owners, {"action": "cancel_by_owner", "sure": "1"})
    assert "Cancelled by us" in text(visitor.see(page))
    seen = text(another.see(owners))
    assert "Cancelled by you. You can take it back" in seen
    assert "by the owner" not in seen


def test_the_pages_of_a_booking_show_the_face_and_lead_to_a_map(visitor, page, doc, project):
    drawn = BytesIO()
    Image.new("RGB", (160, 160), "red").save(drawn, "PNG")
    doc.image = PictureField().clean(SimpleUploadedFile("me.png", drawn.getvalue()))
    doc.save()
    for url in (page, f"{page}do/cancel_by_customer/"):
        said = text(visitor.see(url))
        assert 'class="face face--s"' in said
        assert "openstreetmap.org/search?query=Courthouse%2C%20Hill%20Valley" in said
    Project.objects.update(place=Project.Place.ONLINE)
    assert "openstreetmap" not in text(visitor.see(page))


def test_cancelling_twice_is_one_cancellation(visitor, page):
    for _time in range(2):
        assert visitor.client.post(f"{page}do/cancel_by_customer/").status_code == 302
    assert HistoryEntry.objects.filter(action="cancel_by_customer").count() == 1


def test_after_the_cut_off_the_page_says_until_when_it_was(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant", "settings": {"min_cancel_time": "3 days"}})
    page = visitor.book(project, tomorrow)
    said = text(visitor.see(page))
    assert "Changes were possible here until" in said
    assert "do/cancel_by_customer" not in said
    assert visitor.client.post(f"{page}do/cancel_by_customer/").status_code == 409
    assert newest().state.name == "confirmed"


def test_before_the_cut_off_the_page_says_the_moment(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant", "settings": {"min_cancel_time": "1 hour"}})
    said = text(visitor.see(visitor.book(project, tomorrow)))
    assert re.search(r"You can change or cancel it here until \w+ \d+ \w+, \d\d:00, Berlin time\.", said)


def test_an_action_of_somebody_else_is_not_the_customers(visitor, page):
    assert visitor.client.post(f"{page}do/complete/")["Location"] == page
    assert newest().state.name == "confirmed"


@pytest.mark.parametrize("mangle", [lambda one: one[:-3], lambda one: "x" + one[1:], lambda one: "nonsense"])
def test_a_link_that_is_not_ours_opens_nothing(visitor, page, mangle):
    token = page.strip("/").split("/")[-1]
    answer = visitor.see(f"/b/{mangle(token)}/")
    assert answer.status_code == 404
    assert "This link does not work any more" in text(answer)


def test_renewed_links_end_the_old_ones(visitor, page):
    renew(newest())
    assert visitor.see(page).status_code == 404


def test_the_owners_link_does_not_open_the_customers_page_nor_the_other_way(visitor, page):
    booking = newest()
    assert visitor.see(f"/b/{owner_token(booking)}/").status_code == 404
    assert visitor.see(f"/o/{manage_token(booking)}/").status_code == 404


def test_the_page_is_kept_by_no_cache_and_no_index(visitor, page):
    answer = visitor.see(page)
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in text(answer)


def test_the_calendar_file_holds_the_event(visitor, page):
    answer = visitor.see(f"{page}booking.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in answer.content


def test_the_page_promises_no_mail_where_none_is_sent(visitor, page):
    for trial in (False, True):  # whose mails are files that reach nobody
        with override_settings(TEST_MODE=trial):
            said = text(visitor.see(page))
            find = text(visitor.see("/find/"))
            assert "This site sends no mail" in find
            assert "We send the links" not in find
            assert "Send me my links" not in find
        assert "Keep this link" in said
        assert "on its way to marty@example.com" not in said
    with override_settings(MAIL_IS_SET_UP=True):
        said = text(visitor.see(page))
        assert "Send me my links" in text(visitor.see("/find/"))
    assert "Keep this link" not in said
    assert "on its way to marty@example.com" in said


@override_settings(MAIL_IS_SET_UP=True)
def test_a_mail_is_told_to_be_on_its_way_only_while_it_may_be(visitor, page):
    Booking.objects.update(state_entered_at=timezone.now() - timedelta(minutes=50))
    assert "on its way" in text(visitor.see(page))
    Booking.objects.update(state_entered_at=timezone.now() - timedelta(hours=2))
    said = text(visitor.see(page))
    assert "on its way" not in said
    assert "Keep this link" not in said


@override_settings(MAIL_IS_SET_UP=True)
def test_the_mail_of_a_move_is_on_its_way_however_long_the_request_has_waited(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "request"})
    visitor.book(project, tomorrow)
    start = tomorrow + timedelta(hours=3)
    moved = reschedule(
        aged(newest(), timedelta(hours=3)), by=Actor.customer(), start=start, end=start + timedelta(hours=1)
    )
    page = f"/b/{manage_token(moved)}/"
    assert "on its way" in text(visitor.see(page))
    Booking.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert "on its way" not in text(visitor.see(page))


@override_settings(MAIL_IS_SET_UP=True)
def test_who_gave_no_e_mail_address_is_promised_none_and_given_the_link(visitor, project, tomorrow):
    Project.objects.update(
        booking={"graph": "request"}, customer_fields={"name": {}, "email": {}, "phone": {}}
    )
    said = text(visitor.see(visitor.book(project, tomorrow, email="", phone="030 5550142")))
    assert "Keep this link" in said
    assert "You see the answer on this page." in said
    said = text(visitor.see(visitor.book(project, tomorrow.replace(hour=15))))
    assert "Keep this link" not in said
    assert "You see the answer on this page." not in said


def test_a_request_can_be_withdrawn_and_says_its_deadline(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "request"})
    page = visitor.book(project, tomorrow)
    said = text(visitor.see(page))
    assert "Emmett Brown answers by" in said
    assert "Withdraw the request" in said
    visitor.client.post(f"{page}do/cancel_by_customer/")
    assert "This booking is cancelled" in text(visitor.see(page))


def test_a_request_whose_time_ran_out_is_told_so_though_no_worker_ran(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "request"})
    page = visitor.book(project, tomorrow)
    aged(newest(), timedelta(days=3))
    assert "This booking ran out of time" in text(visitor.see(page))


def test_beside_a_question_no_deadline_stands_that_is_past(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "request"})
    page = visitor.book(project, tomorrow)
    question = f"{page}do/cancel_by_customer/"
    assert "Answer by" in text(visitor.see(question))
    aged(newest(), timedelta(days=3))
    assert "Answer by" not in text(visitor.see(question))


def test_a_booking_that_waits_for_payment_shows_amount_deadline_and_way(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant_payment"}, pay_url="https://pay.example/here?shop=1")
    said = text(visitor.see(visitor.book(project, tomorrow)))
    assert "Kept for you, not paid yet" in said
    assert "Pay €18" in said
    assert "Pay by" in said
    assert re.search(r"Please pay by .*, Berlin time; then it is yours", said)
    assert "answer" not in said.lower()
    assert f"https://pay.example/here?shop=1&amp;reference={newest().reference}" in said


@pytest.mark.parametrize("graph", ["instant_payment", "request"])
def test_deadlines_are_told_on_the_customers_own_clocks(visitor, project, tomorrow, graph):
    Project.objects.update(booking={"graph": graph}, pay_url="https://pay.example/")
    form = visitor.hold(project, tomorrow, zone="Asia/Tokyo")
    page = visitor.send(form, timezone="Asia/Tokyo")["Location"]
    for url in (page, f"{page}do/cancel_by_customer/"):
        said = text(visitor.see(url))
        assert re.search(r"(Pay|Answer) by.{,40}\d\d:\d\d, Tokyo time", said)
        assert not re.search(r"\d\d:\d\d, Berlin time", said)


def test_until_when_it_can_be_changed_is_told_on_the_customers_own_clocks(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant", "settings": {"min_cancel_time": "1 hour"}})
    form = visitor.hold(project, tomorrow, zone="Asia/Tokyo")
    said = text(visitor.see(visitor.send(form, timezone="Asia/Tokyo")["Location"]))
    assert re.search(r"You can change or cancel it here until [^.]*20:00, Tokyo time\.", said)


def test_the_owner_accepts_from_the_mail_without_a_login(project, tomorrow, visitor):
    asked = {"guests": {"title": "How many?"}, "allergies": {"title": "Allergies"}}
    Project.objects.update(booking={"graph": "request"}, customer_fields={"name": {}, "email": {}} | asked)
    visitor.book(project, tomorrow, guests="Two", allergies="<nuts>")
    page = f"/o/{owner_token(newest())}/"
    owner = Visitor()
    said = text(owner.see(page))
    assert "Marty McFly asks for this time" in said
    assert "marty@example.com" in said
    assert "How many? Two<br>Allergies: &lt;nuts&gt;" in said
    owner.client.post(page, {"action": "confirm", "message": "Welcome"})
    assert newest().state.name == "confirmed"
    assert owner.client.post(page, {"action": "decline"}).status_code == 409
    assert newest().state.name == "confirmed"


def test_an_owner_whom_the_booking_left_decides_nothing_any_more(project, doc, tomorrow, visitor):
    Project.objects.update(booking={"graph": "request"})
    visitor.book(project, tomorrow)
    link = f"/o/{owner_token(newest())}/"
    clara = a_resource(email="clara@example.com")
    reschedule(newest(), by=Actor.owner(), start=tomorrow, end=tomorrow + timedelta(hours=1), resource=clara)
    for answer in (visitor.see(link), visitor.client.post(link, {"action": "confirm"})):
        assert "This booking moved to somebody else" in text(answer)
    assert newest().state.name != "confirmed"


def test_the_owner_cannot_play_what_is_the_customers(project, tomorrow, visitor):
    visitor.book(project, tomorrow)
    answer = visitor.client.post(f"/o/{owner_token(newest())}/", {"action": "cancel_by_customer"})
    assert answer.status_code == 409


def test_a_confirmation_of_a_time_that_is_gone_is_refused_in_words(project, tomorrow, visitor, another):
    Project.objects.update(booking={"graph": "confirm_decline"})
    visitor.book(project, tomorrow)
    asked = newest()
    Project.objects.update(booking={"graph": "instant"})
    another.book(project, tomorrow)
    answer = visitor.client.post(f"/o/{owner_token(asked)}/", {"action": "confirm"})
    assert answer.status_code == 409
    assert "This time is taken." in text(answer)


def test_the_answer_to_find_my_booking_is_the_same_for_everyone(visitor, page):
    answers = [
        visitor.client.post("/find/", {"email": email}) for email in ("marty@example.com", "x@example.com")
    ]
    assert len({answer["Location"] for answer in answers}) == 1
    said = text(visitor.see(answers[0]["Location"]))
    assert "This site sends no mail" in said
    assert "on its way" not in said
    with override_settings(MAIL_IS_SET_UP=True):
        assert "Look into your mail" in text(visitor.see(answers[0]["Location"]))
    asked = OutboxMessage.objects.filter(kind="links")
    assert {message.payload["email"] for message in asked} == {"marty@example.com", "x@example.com"}


def test_asking_twice_for_ones_links_leaves_one_message(visitor):
    for email in ("marty@example.com", " Marty@Example.com "):
        visitor.client.post("/find/", {"email": email})
    assert OutboxMessage.objects.filter(kind="links").count() == 1


@override_settings(MAIL_IS_SET_UP=True)
def test_an_e_mail_address_that_is_none_is_said(visitor):
    assert "This is no e-mail address." in text(visitor.client.post("/find/", {"email": "marty@"}))


def test_moving_shows_old_and_new_and_gives_the_old_time_back(visitor, page, tomorrow):
    later = tomorrow.replace(hour=15)
    times = text(visitor.see(f"{page}move/", day=tomorrow.date().isoformat()))
    assert "Your time now" in times
    both = visitor.see(f"{page}move/to/", start=later.isoformat())
    assert "Move to the new time" in text(both)
    assert re.findall(r'<span class="part"><bdi>([^<]+)</bdi>', text(both))[1:] == ["1 hour", "€18"]
    assert newest().start == tomorrow
    answer = visitor.client.post(f"{page}move/to/", {"start": later.isoformat()})
    assert newest().start == later
    said = text(visitor.see(answer["Location"]))
    assert "Your booking is moved" in said
    assert re.search(r"When</dt> <dd> <bdi>[^<]*13:00–14:00 → [^<]*16:00–17:00<", said)
    assert said.count("→") == 1  # what stays the same did not change
    assert "Your time is booked" in text(visitor.see(answer["Location"].partition("?")[0]))
    assert Booking.objects.get(start=tomorrow).state.name == "rescheduled_by_customer"


def test_what_moves_keeps_its_option_length_and_price_and_is_asked_for_no_other(
    visitor, page, project, tomorrow
):
    project.options.create(label="Catch two", length=timedelta(hours=2), price=40, position=1)
    assert "Catch two" in text(visitor.see("/book/lightning/"))
    project.options.update(length=timedelta(hours=3), price=99)
    shown = visitor.see(f"{page}move/", day=tomorrow.date().isoformat())
    assert "Catch two" not in text(shown)
    facts = shown.context["project"]["facts"]
    assert [fact for fact in facts if fact in ("1 hour", "3 hours", "€18", "€99")] == ["1 hour", "€18"]


def test_a_new_time_that_is_sent_twice_moves_once(visitor, page, tomorrow):
    later = (tomorrow + timedelta(hours=3)).isoformat()
    first, again = (visitor.client.post(f"{page}move/to/", {"start": later}) for _time in range(2))
    assert Booking.objects.count() == 2
    assert newest().start == tomorrow + timedelta(hours=3)
    assert first["Location"] == again["Location"]


def test_a_booking_can_be_moved_into_its_own_time(visitor, page, project, tomorrow):
    Project.objects.filter(pk=project.pk).update(availability={"timeslot_increments": "30 minutes"})
    half_past = tomorrow + timedelta(minutes=30)
    visitor.client.post(f"{page}move/to/", {"start": half_past.isoformat()})
    assert newest().start == half_past


@pytest.fixture
def tokyo(project, page):
    """Somebody who may take the booking as well, while it is night in Berlin; both are in from nine to five."""
    aiko = a_resource(name="Aiko Tanaka", slug="aiko", timezone="Asia/Tokyo")
    project.links.create(resource=aiko, position=1)
    for resource in (newest().resource, aiko):
        for weekday in range(7):
            resource.weeklyhours.create(weekday=weekday, opens=time(9), closes=time(17))
    return aiko


def starts_offered(page):
    return [
        datetime.fromisoformat(one) for one in re.findall(r'class="time" name="start" value="([^"]+)"', page)
    ]


def test_a_booking_that_moves_stays_with_its_resource_until_the_customer_asks_for_another(
    visitor, page, tokyo, tomorrow
):
    day = (tomorrow + timedelta(days=1)).date().isoformat()
    own = text(visitor.see(f"{page}move/", day=day))
    assert re.search(r'<a [^>]*aria-current="true">(?:(?!</a>).)*<bdi>Emmett Brown', own)
    assert {one.astimezone(ZoneInfo("Europe/Berlin")).hour for one in starts_offered(own)} == set(
        range(9, 17)
    )
    anyone = unescape(re.search(r'href="([^"]+)"[^>]*>(?:(?!</a>).)*<bdi>Anyone', own)[1])
    hours = {
        one.astimezone(ZoneInfo("Europe/Berlin")).hour for one in starts_offered(text(visitor.see(anyone)))
    }
    assert 9 in hours
    assert min(hours) < 9
    assert 'name="with" value="*"' in text(visitor.see(anyone))


def test_what_only_another_offers_is_refused_while_nobody_asked_for_another(visitor, page, tokyo, tomorrow):
    night = (tomorrow + timedelta(days=1)).replace(hour=1)  # ten in Tokyo
    both = text(visitor.see(f"{page}move/to/", start=night.isoformat()))
    assert "With Emmett Brown" in both
    assert "whoever" not in both
    answer = visitor.client.post(f"{page}move/to/", {"start": night.isoformat()})
    assert answer.status_code == 409
    assert text(answer).count('class="time"') == 3
    assert newest().start == tomorrow
    asked = text(visitor.see(f"{page}move/to/", start=night.isoformat(), **{"with": "aiko"}))
    assert "With Aiko Tanaka" in asked
    visitor.client.post(f"{page}move/to/", {"start": night.isoformat(), "with": "aiko"})
    assert (newest().start, newest().resource) == (night, tokyo)


def test_a_new_time_that_is_lost_keeps_whom_the_customer_asked_for(visitor, page, tokyo, tomorrow):
    night = (tomorrow + timedelta(days=1)).replace(hour=1)
    a_booking(tokyo, night)
    lost = text(visitor.client.post(f"{page}move/to/", {"start": night.isoformat(), "with": "aiko"}))
    form = re.search(r'<form id="move".*?</form>', lost)[0]
    assert 'name="with" value="aiko"' in form
    assert 'name="start"' not in form


def test_where_anyone_will_do_the_booking_moves_to_who_offers_the_time(visitor, project, page, tomorrow):
    clara = a_resource(name="Clara Clayton", slug="clara", timezone="Europe/Berlin")
    project.links.create(resource=clara, position=1)
    for resource, opens in ((newest().resource, time(9)), (clara, time(9, 30))):
        for weekday in range(7):
            resource.weeklyhours.create(weekday=weekday, opens=opens, closes=time(18))
    half_past = tomorrow + timedelta(minutes=30)
    assert "With whoever is free then" in text(
        visitor.see(f"{page}move/to/", start=half_past.isoformat(), **{"with": "*"})
    )
    visitor.client.post(f"{page}move/to/", {"start": half_past.isoformat(), "with": "*"})
    assert (newest().start, newest().resource) == (half_past, clara)


def test_a_new_time_that_is_lost_keeps_the_old_one(visitor, another, project, page, tomorrow):
    later = tomorrow.replace(hour=15)
    another.book(project, later)
    answer = visitor.client.post(f"{page}move/to/", {"start": later.isoformat()})
    said = text(answer)
    assert answer.status_code == 409
    assert "Somebody else has just taken this time" in said
    assert said.count('class="time"') == 3
    assert Booking.objects.get(start=tomorrow).state.name == "confirmed"


def test_where_a_project_lets_bookings_overlap_a_moved_one_may_too(visitor, page, project, tomorrow):
    start = tomorrow.replace(hour=15)
    a_booking(newest().resource, start)
    loose = {"graph": "instant", "settings": {"allow_double_bookings": True}}
    Project.objects.filter(pk=project.pk).update(booking=loose)
    visitor.client.post(f"{page}move/to/", {"start": start.isoformat()})
    assert (newest().start, newest().allow_double_bookings) == (start, True)


def test_a_moved_booking_is_moved_to_whoever_is_free(visitor, another, project, page, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    project.links.create(resource=second, position=1)
    later = tomorrow.replace(hour=15)
    another.book(project, later)
    visitor.client.post(f"{page}move/to/", {"start": later.isoformat(), "with": "*"})
    assert newest().resource == second


def test_after_a_move_to_somebody_else_the_page_names_both_and_both_places(
    visitor, another, project, page, tomorrow
):
    studio = a_location(name="Studio", address="Berlin", timezone="Europe/Berlin")
    clara = a_resource(name="Clara Clayton", slug="clara", location=studio)
    project.links.create(resource=clara, position=1)
    later = tomorrow.replace(hour=15)
    another.book(project, later)
    said = text(
        visitor.see(
            visitor.client.post(f"{page}move/to/", {"start": later.isoformat(), "with": "clara"})["Location"]
        )
    )
    assert "Emmett Brown → Clara Clayton" in said
    assert "Courthouse, Hill Valley → Studio, Berlin" in said
    assert "Price</dt> <dd> <bdi>€18" in said


def test_a_moved_request_still_waits_and_says_what_changed(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "request"})
    page = visitor.book(project, tomorrow)
    answer = visitor.client.post(f"{page}move/to/", {"start": tomorrow.replace(hour=15).isoformat()})
    said = text(visitor.see(answer["Location"]))
    assert "Request sent, not confirmed yet" in said
    assert "→" in said


def test_a_cancelled_booking_cannot_be_moved(visitor, page, tomorrow):
    visitor.client.post(f"{page}do/cancel_by_customer/")
    answer = visitor.client.post(f"{page}move/to/", {"start": tomorrow.replace(hour=15).isoformat()})
    assert answer["Location"] == page
    assert newest().state.name == "cancelled_by_customer"


@pytest.fixture
def session(doc, tomorrow):
    """A session of a project with two seats, tomorrow."""
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    return a_session(doc, tomorrow, seats=2, project=seats, what="Back class")


def test_a_seat_is_held_then_booked_and_counted(visitor, another, session, tomorrow):
    day = tomorrow.date().isoformat()
    assert "2 places left" in text(visitor.see("/book/back/", day=day))
    form = visitor.pick(session.project, tomorrow, session=str(session.pk))["Location"]
    assert "1 place left" in text(another.see("/book/back/", day=day))
    page = visitor.send(form)["Location"]
    assert "Your place is booked" in text(visitor.see(page))
    session.refresh_from_db()
    assert session.seats_taken == 1
    assert "Your place is then free for others." in text(visitor.see(f"{page}do/cancel_by_customer/"))
    visitor.client.post(f"{page}do/cancel_by_customer/")
    session.refresh_from_db()
    assert session.seats_taken == 0


def test_whoever_holds_the_last_seat_is_not_told_that_it_is_taken(visitor, another, session, tomorrow):
    day = tomorrow.date().isoformat()
    a_seat(session)
    visitor.pick(session.project, tomorrow, session=str(session.pk))
    assert '<li class="time time--full">' in text(another.see("/book/back/", day=day))
    assert "1 place left" in text(visitor.see("/book/back/", day=day))
    assert "Held for you until" in text(
        visitor.see(visitor.pick(session.project, tomorrow, session=str(session.pk))["Location"])
    )
    assert Reservation.objects.live().count() == 1


def test_a_full_session_is_shown_and_cannot_be_picked(visitor, session, tomorrow):
    a_seat(session)
    a_seat(session)
    page = text(visitor.see("/book/back/", day=tomorrow.date().isoformat()))
    assert '<li class="time time--full">' in page
    answer = visitor.pick(session.project, tomorrow, session=str(session.pk))
    assert "Somebody else has just taken this time" in text(visitor.see(answer["Location"]))


def test_a_seat_whose_hold_ended_is_free_again(visitor, another, session, tomorrow):
    day = tomorrow.date().isoformat()
    a_seat(session)
    visitor.pick(session.project, tomorrow, session=str(session.pk))
    assert '<li class="time time--full">' in text(another.see("/book/back/", day=day))
    aged(Reservation.objects.get())
    assert "1 place left" in text(another.see("/book/back/", day=day))
    assert "Your details" in text(
        another.see(another.pick(session.project, tomorrow, session=str(session.pk))["Location"])
    )


def test_the_owner_of_a_session_sees_what_was_answered_for_a_seat(visitor, session, tomorrow):
    fields = {"name": {}, "email": {}, "allergies": {"title": "Allergies"}}
    Project.objects.filter(pk=session.project.pk).update(customer_fields=fields)
    Booking.objects.filter(pk=session.pk).update(description="Four courses")
    form = visitor.pick(session.project, tomorrow, session=str(session.pk))["Location"]
    visitor.send(form, allergies="Nuts")
    seat = Booking.objects.get(session=session)
    assert "Allergies: Nuts" in text(visitor.see(f"/o/{owner_token(seat)}/"))


def test_a_seat_can_be_moved_to_another_session(visitor, session, doc, tomorrow):
    other = a_session(doc, tomorrow + timedelta(days=1), seats=2, project=session.project, what="Back class")
    form = visitor.pick(session.project, tomorrow, session=str(session.pk))["Location"]
    page = visitor.send(form)["Location"]
    assert "Move to the new time" in text(visitor.see(f"{page}move/to/", session=str(other.pk)))
    visitor.client.post(f"{page}move/to/", {"session": str(other.pk)})
    session.refresh_from_db()
    other.refresh_from_db()
    assert (session.seats_taken, other.seats_taken) == (0, 1)


def test_a_booking_that_is_over_offers_to_book_again(visitor, page):
    booking = newest()
    act(booking, "complete", by=Actor("key", "1"), now=timezone.now())
    said = text(visitor.see(page))
    assert "This booking is over" in said
    assert "Book again" in said


def begun(booking, minutes):
    """The same booking, so many minutes after its start."""
    return long_ago(booking, booking.start - timezone.now() + timedelta(minutes=minutes))


def test_while_it_lasts_the_page_says_that_it_has_begun(visitor, page):
    begun(newest(), 10)
    said = text(visitor.see(page))
    assert "Your time has begun" in said
    assert "Your time is booked" not in said
    assert "Add it to your calendar" not in said


def test_once_its_end_is_past_the_page_says_that_it_is_over_though_it_is_not_completed_yet(visitor, page):
    begun(newest(), 70)
    said = text(visitor.see(page))
    assert newest().state.name == "confirmed"
    assert "This booking is over" in said
    assert "Your time is booked" not in said
    assert "Book again" in said


def test_who_did_not_come_reads_that_it_was_noted(visitor, page):
    note_attendance(begun(newest(), 70), "no_show", by=Actor("key"))
    assert "It was noted that you did not come." in text(visitor.see(page))


def test_a_request_that_nobody_answered_says_that_its_time_has_passed(visitor, project):
    past = timezone.now() - timedelta(minutes=10)
    waiting = a_booking(project.resources.get(), past, graph="confirm_decline", project=project)
    said = text(visitor.see(f"/b/{manage_token(waiting)}/"))
    assert "The time of this request has passed" in said
    assert "Answer by" not in said
    assert "answers" not in said


@pytest.mark.parametrize("cut_off", [None, "1 minute"])
def test_until_when_it_can_be_changed_is_never_a_moment_that_is_past(visitor, project, tomorrow, cut_off):
    limits = {"settings": {"min_cancel_time": cut_off}} if cut_off else {}
    Project.objects.update(booking={"graph": "instant"} | limits)
    page = visitor.book(project, tomorrow)
    begun(newest(), 10)
    said = text(visitor.see(page))
    assert "until" not in said.split("<main")[1].split("</main>")[0]
    assert "do/cancel_by_customer" not in said
    assert "move/" not in said


def test_what_has_begun_is_neither_cancelled_nor_moved_by_its_customer(visitor, page, tomorrow):
    begun(newest(), 10)
    assert visitor.see(f"{page}do/cancel_by_customer/")["Location"] == page
    assert visitor.client.post(f"{page}do/cancel_by_customer/").status_code == 409
    assert visitor.see(f"{page}move/")["Location"] == page
    visitor.client.post(f"{page}move/to/", {"start": tomorrow.replace(hour=15).isoformat()})
    with pytest.raises(WindowClosed):
        reschedule(newest(), by=Actor.customer(), start=tomorrow, end=tomorrow + timedelta(hours=1))
    assert newest().state.name == "confirmed"
    assert Booking.objects.count() == 1


def test_links_into_a_calendar_are_what_every_calendar_reads(visitor, page):
    said = visitor.see(page).content.decode()
    for site in ("https://calendar.google.com/", "https://outlook.live.com/"):
        url = next(word for word in said.split('"') if word.startswith(site)).replace("&amp;", "&")
        query = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
        assert "Catch%20the%20lightning" in query.values()
        assert "+" not in url
        assert "%2B00" not in url
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT12%3A00%3A00Z", query["startdt"])


def test_links_into_a_calendar_name_the_place_in_one_line(visitor, page):
    Booking.objects.update(what="Catch\nthe lightning", where="Hill Road 1\r\nHill Valley\u2028Yard")
    said = visitor.see(page).content.decode()
    for site in ("https://calendar.google.com/", "https://outlook.live.com/"):
        url = next(word for word in said.split('"') if word.startswith(site)).replace("&amp;", "&")
        query = dict(parse_qsl(url.partition("?")[2]))
        assert query["location"] == "Hill Road 1 Hill Valley Yard"
        assert "Catch the lightning" in query.values()


def test_each_button_says_what_it_does(visitor, project, tomorrow):
    page = visitor.book(project, tomorrow)
    said = text(visitor.see(page))
    assert re.search(r'<a class="act act--danger"[^>]*>(?:(?!</a>).)*<b>Cancel the booking</b>', said)
    asked = text(visitor.see(f"{page}do/cancel_by_customer/"))
    assert re.search(r"<h1>Cancel the booking\?</h1>.*>Cancel the booking</button>.*>Keep it</a>", asked)
    moving = visitor.see(f"{page}move/to/", start=tomorrow.replace(hour=15).isoformat())
    assert re.search(r">Move to the new time</button>.*>Keep the time you have</a>", text(moving))
    Project.objects.update(booking={"graph": "request"})
    visitor.book(project, tomorrow.replace(hour=9))
    asked = text(visitor.see(f"/o/{owner_token(newest())}/"))
    assert ">Accept the request</button>" in asked
    assert ">Decline the request</button>" in asked


def test_the_address_to_keep_can_be_read_without_a_script_and_copied_with_one(visitor, page):
    said = text(visitor.see(page))
    assert f'<bdi dir="ltr">http://testserver{page}</bdi>' in said
    assert said.count(" hidden>") == 2  # Copy and Share, until a script finds that they work
    assert "js/keep.js" in said
