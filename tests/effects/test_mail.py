"""What customers and owners read, when, and in which words; and what is never sent."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from email.message import Message
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from bookings import times
from bookings.effects import mail
from bookings.effects.alternatives import alternatives
from bookings.effects.link_mail import ask_for_links
from bookings.effects.links import read_token
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, book, delete, play_due, reschedule, undo
from bookings.models import Booking, Customer, DemoRow, OutboxMessage, Site
from tests.effects.conftest import let_wait_end, send_by, work
from tests.situations import SERVER, a_booking, a_project, a_resource, a_seat, a_session, aged, at

pytestmark = pytest.mark.django_db
DOC = "doc@example.com"


def doc(**fields):
    return a_resource(**({"email": DOC, "timezone": "Europe/Berlin"} | fields))


def customer(**fields):
    return Customer(**({"name": "Marty McFly", "email": "marty@example.com"} | fields))


def mails_to(address, mailoutbox):
    return [one for one in mailoutbox if one.to == [address]]


def html_of(letter):
    return next(content for content, kind in letter.alternatives if kind == "text/html")


def test_a_booking_is_told_to_the_customer_and_to_the_owner(mailoutbox):
    a_booking(doc(), at(9))
    work()
    to_customer, to_owner = mails_to("marty@example.com", mailoutbox), mails_to(DOC, mailoutbox)
    assert [one.subject for one in to_customer] == ["Booked: Catch the lightning, Monday 14 March, 10:00"]
    assert [one.subject for one in to_owner] == ["New booking: Catch the lightning, Monday 14 March, 10:00"]
    assert "Marty McFly" in to_owner[0].body
    assert "(916) 555-4385" in to_owner[0].body


def test_the_html_says_the_time_on_its_printed_side_and_has_colours_for_dark_programs(mailoutbox):
    a_booking(doc(), at(9))
    work()
    html = html_of(mails_to("marty@example.com", mailoutbox)[0])
    printed = html[html.index('class="said pad"') : html.index('class="card ink pad"')]
    assert re.search(r">Monday 14 March(, 2033| 2033)?</p>", printed)
    assert re.search(r">\s*10:00", printed)
    assert "10:00" not in html[html.index('class="card ink pad"') :]
    assert "@media (prefers-color-scheme: dark)" in html
    assert not re.search(r"<img|<script|url\(|src=", html)


def test_the_owner_of_a_session_reads_what_each_who_takes_a_seat_answered(mailoutbox):
    resource = doc()
    fields = {"allergies": {"title": "Allergies"}, "gone": None}
    project = a_project(resource, graph="group_customer", customer_fields=fields)
    session = a_session(resource, at(18), seats=2, project=project, description="Four courses")
    guest = customer(answers={"allergies": "Nuts", "from": "A friend"})
    seat = Booking(session=session, project=project)
    book(seat, graph="group_customer", by=SERVER, customer=guest)
    work()
    told = next(letter for letter in mails_to(DOC, mailoutbox) if "Marty" in letter.body)
    for said in (told.body, html_of(told)):
        assert "Allergies: Nuts" in said
        assert "from: A friend" in said
        assert "Four courses" not in said


def test_a_seat_for_several_tells_how_many_and_what_all_of_them_cost(mailoutbox):
    session = a_session(doc(), at(9), seats=5)
    work()
    a_seat(session, places=3, price=Decimal("37.50"), currency="EUR")
    work()
    for letter in (mails_to("marty@example.com", mailoutbox)[-1], mails_to(DOC, mailoutbox)[-1]):
        assert "Places: 3\nPrice: €37.50\n" in letter.body
        assert re.search(r'Places\s*</td>\s*<td[^>]*>\s*<span dir="auto">3<', html_of(letter))


def test_one_place_is_not_counted_in_a_mail(mailoutbox):
    a_seat(a_session(doc(), at(9), seats=5))
    work()
    assert all("Places" not in letter.body + html_of(letter) for letter in mailoutbox)


def test_each_is_sent_once_however_often_the_worker_runs(mailoutbox):
    a_booking(doc(), at(9))
    work()
    work()
    assert len(mailoutbox) == 2


def test_the_time_stands_in_the_readers_zone_with_its_name_and_in_that_of_the_place(mailoutbox):
    a_booking(doc(), at(9), customer=customer(timezone="America/New_York"))
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    for text in (letter.body, html_of(letter)):
        assert "05:00–06:00" in text
        assert "New York time (UTC−4)" in text
        assert "10:00–11:00" in text
        assert "Berlin time (UTC+1)" in text


def test_one_zone_is_named_once(mailoutbox):
    a_booking(doc(), at(9), customer=customer(timezone="Europe/Paris"))
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert letter.body.count(" time (UTC") == 1
    assert letter.subject.endswith("10:00")


def order_of(letter, *names):
    return sorted(names, key=letter.body.index)


def test_in_person_the_clocks_of_the_place_stand_first_and_the_subject_names_them(mailoutbox):
    a_booking(doc(), at(9), customer=customer(timezone="Europe/Athens"))
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert order_of(letter, "Athens time", "Berlin time") == ["Berlin time", "Athens time"]
    assert letter.subject == "Booked: Catch the lightning, Monday 14 March, 10:00, Berlin time"
    (to_owner,) = mails_to(DOC, mailoutbox)
    assert "Athens" not in to_owner.subject + to_owner.body


def test_online_the_customers_own_clocks_stand_first_and_the_subject_names_them(mailoutbox):
    resource = doc()
    project = a_project(resource, place="online")
    a_booking(resource, at(9), project=project, customer=customer(timezone="Europe/Athens"))
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert order_of(letter, "Athens time", "Berlin time") == ["Athens time", "Berlin time"]
    assert letter.subject == "Booked: Catch the lightning, Monday 14 March, 11:00, Athens time"


def test_a_subject_never_loses_its_time(mailoutbox):
    a_booking(doc(), at(9), what="A very long name of something " * 6)
    work()
    for letter in mailoutbox:
        assert letter.subject.endswith("…, Monday 14 March, 10:00")
        assert len(letter.subject) <= mail.LONGEST_SUBJECT


@pytest.mark.parametrize(("cut_off", "is_told"), [(timedelta(hours=1), True), (timedelta(hours=3), False)])
def test_until_when_it_can_be_changed_is_told_while_that_is_to_come(mailoutbox, cut_off, is_told):
    start = timezone.now() + timedelta(hours=2)
    a_booking(doc(), start, min_cancel_time=cut_off)
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert ("You can change or cancel it until" in letter.body) is is_told


def test_the_customers_language_is_used_and_the_owner_reads_the_sites(mailoutbox):
    a_booking(doc(), at(9), customer=customer(language="ar"))
    work()
    assert 'dir="rtl"' in html_of(mails_to("marty@example.com", mailoutbox)[0])
    assert 'lang="en"' in html_of(mails_to(DOC, mailoutbox)[0])


def test_the_line_of_the_time_has_the_commas_of_its_language(mailoutbox):
    a_booking(doc(), at(9), customer=customer(language="ar"))
    work()
    (line,) = [row for row in mails_to("marty@example.com", mailoutbox)[0].body.splitlines() if "متى:" in row]
    assert line.count("،") == 2
    assert "," not in line


def test_what_is_written_from_left_to_right_keeps_its_order_in_a_mail_from_right_to_left(mailoutbox):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 5550 1234"})
    a_booking(doc(), at(9), customer=customer(language="ar"))
    work()
    assert '<span dir="ltr">+49 30 5550 1234</span>' in html_of(mails_to("marty@example.com", mailoutbox)[0])


def test_each_gets_a_link_of_their_own_and_never_that_of_the_other(mailoutbox):
    a_booking(doc(), at(9), graph="confirm_decline")
    work()
    for address, path, purpose in (("marty@example.com", "b", "b"), (DOC, "o", "o")):
        (letter,) = mails_to(address, mailoutbox)
        for text in (letter.body, html_of(letter)):
            links = re.findall(r"http://testserver/([bo])/([^/]+)/", text)
            assert {letter_path for letter_path, _token in links} == {path}
            assert {read_token(token)[1] for _path, token in links} == {purpose}


def test_a_request_says_that_nothing_is_sure_and_by_when_it_is_answered(mailoutbox):
    booking = a_booking(doc(), at(9), graph="request")
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert "not confirmed yet" in letter.body
    assert "The time stays yours" in letter.body
    due = times.day_and_clock(booking.due_at, "Europe/Berlin")
    assert f"an answer by {due}, Berlin time; without one the request ends." in letter.body
    assert mails_to(DOC, mailoutbox)[0].subject.startswith("Please answer:")


def test_a_request_that_does_not_occupy_says_that_the_time_is_not_kept(mailoutbox):
    a_booking(doc(), at(9), graph="confirm_decline")
    work()
    assert "not kept for you" in mails_to("marty@example.com", mailoutbox)[0].body


def test_a_request_that_was_accepted_before_its_mail_left_is_only_told_of_the_acceptance(mailoutbox):
    booking = a_booking(doc(), at(9), graph="confirm_decline")
    act(booking, "confirm", by=Actor.owner())
    work()
    assert [one.subject.partition(":")[0] for one in mails_to("marty@example.com", mailoutbox)] == ["Booked"]
    dropped = OutboxMessage.objects.filter(outcome="dropped", kind="mail")
    assert [row.payload["mail"] for row in dropped] == ["requested", "requested"]


def test_a_request_that_nobody_answered_before_its_start_has_ended(mailoutbox):
    request = a_booking(doc(), timezone.now() + timedelta(hours=1), graph="confirm_decline")
    work()
    mailoutbox.clear()
    aged(request, timedelta(hours=2))
    play_due()
    work()
    (letter,) = mailoutbox
    assert letter.subject.startswith("Ended: ")
    assert "Its time ran out before it was answered" in letter.body
    assert "declined" not in letter.body


def test_a_decline_brings_the_owners_words_and_no_link_for_owners(mailoutbox):
    booking = a_booking(doc(), at(9), graph="confirm_decline")
    work()
    mailoutbox.clear()
    act(booking, "decline", by=Actor.owner(), message="Sorry, <b>full</b>")
    work()
    (letter,) = mailoutbox
    assert letter.to == ["marty@example.com"]
    assert "Sorry, <b>full</b>" in letter.body
    assert "Sorry, &lt;b&gt;full&lt;/b&gt;" in html_of(letter)
    assert "/o/" not in letter.body + html_of(letter)


def test_a_customers_cancellation_waits_for_the_undo_before_it_is_told(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    mailoutbox.clear()
    act(booking, "cancel_by_customer", by=Actor.customer())
    Sender({"mail": mail.deliver}).send_all()
    assert mailoutbox == []
    work()
    assert {one.to[0] for one in mailoutbox} == {"marty@example.com", DOC}
    assert "You cancelled it yourself." in mails_to("marty@example.com", mailoutbox)[0].body


def test_a_cancellation_that_was_taken_back_is_not_told(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    mailoutbox.clear()
    undo(act(booking, "cancel_by_customer", by=Actor.customer()), by=Actor.customer())
    work()
    assert {one.subject.partition(":")[0] for one in mailoutbox} == {"Booked again"}


def test_a_move_tells_both_times(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    mailoutbox.clear()
    reschedule(booking, start=at(14), end=at(15), by=Actor.customer())
    work()
    (letter,) = mails_to("marty@example.com", mailoutbox)
    assert letter.subject == "New time: Catch the lightning, Monday 14 March, 15:00"
    assert "It was Monday 14 March 2033, 10:00–11:00 before." in letter.body
    assert len(mails_to(DOC, mailoutbox)) == 1


def test_a_booking_in_the_past_is_told_to_nobody(mailoutbox):
    a_booking(doc(), timezone.now() - timedelta(days=9))
    work()
    assert mailoutbox == []


def test_a_deleted_booking_is_told_to_nobody(mailoutbox):
    booking = act(a_booking(doc(), at(9)), "cancel", by=Actor.owner())
    rows = list(OutboxMessage.objects.filter(kind="mail"))
    delete(booking, by=Actor.owner())
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    work()
    assert mailoutbox == []


def test_the_owner_without_an_address_is_the_site(mailoutbox):
    Site.objects.update_or_create(pk=1, defaults={"email": "desk@example.com"})
    a_booking(a_resource(), at(9))
    work()
    assert len(mails_to("desk@example.com", mailoutbox)) == 1


def test_what_has_no_address_at_all_is_dropped_with_the_reason(mailoutbox):
    a_booking(a_resource(), at(9), customer=Customer(name="Marty", phone="1"))
    work()
    assert mailoutbox == []
    assert set(OutboxMessage.objects.filter(kind="mail").values_list("outcome", "last_error")) == {
        ("nobody", "No address is known.")
    }


def test_answers_reach_a_person(mailoutbox):
    a_booking(doc(), at(9))
    work()
    assert mails_to("marty@example.com", mailoutbox)[0].reply_to == [DOC]
    assert mails_to(DOC, mailoutbox)[0].reply_to == ["marty@example.com"]


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.com", "Eve\nX-Evil: 1", "Eve\x0bBcc: a@b.c"])
def test_no_header_can_be_made_of_what_somebody_typed(mailoutbox, name):
    Site.objects.update_or_create(pk=1, defaults={"name": name})
    a_booking(doc(name=name), at(9), customer=customer(name=name), what=name)
    work()
    assert len(mailoutbox) == 2
    for letter in mailoutbox:
        whole: Message = letter.message()
        assert {"Bcc", "X-Evil"}.isdisjoint(whole.keys())
        assert all("\n" not in str(whole[header]) for header in ("Subject", "From", "To"))


def test_html_shows_what_was_typed_and_runs_none_of_it(mailoutbox):
    script = "<script>alert(1)</script>"
    a_booking(
        doc(name=script), at(9), customer=customer(name=script), what=script, where=script, description=script
    )
    work()
    for letter in mailoutbox:
        assert script not in html_of(letter)
        assert "&lt;script&gt;" in html_of(letter)
        assert script in letter.body


def test_a_very_long_subject_is_cut(mailoutbox):
    a_booking(doc(), at(9), what="x" * 500)
    work()
    assert all(len(letter.subject) <= mail.LONGEST_SUBJECT for letter in mailoutbox)


def test_a_message_keeps_its_id_when_it_is_sent_again(mailoutbox):
    a_booking(doc(), at(9))
    work()
    OutboxMessage.objects.filter(kind="mail").update(done_at=None, outcome="", attempts=0)
    work()
    ids = [letter.message()["Message-ID"] for letter in mailoutbox]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_a_project_may_send_no_mails(mailoutbox):
    resource = doc()
    project = a_project(resource, sends_mail=False)
    a_booking(resource, at(9), project=project)
    work()
    assert mailoutbox == []


def test_mail_that_is_not_set_up_waits_and_is_counted(mailoutbox, settings):
    settings.MAIL_IS_SET_UP = False
    a_booking(doc(), at(9))
    work()
    assert mailoutbox == []
    assert mail.waiting_mails() == 2
    settings.MAIL_IS_SET_UP = True
    let_wait_end()
    work()
    assert len(mailoutbox) == 2
    assert mail.waiting_mails() == 0


@pytest.mark.parametrize("kind", ["trial", "demo"])
def test_in_a_trial_and_in_the_demo_mails_are_files(settings, tmp_path, kind):
    settings.MAIL_IS_SET_UP, settings.TEST_MODE = False, kind == "trial"
    backend = "django.core.mail.backends.filebased.EmailBackend"
    send_by(settings, {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": str(tmp_path)})
    resource = doc()
    if kind == "demo":
        DemoRow.objects.create(kind=DemoRow.Kind.RESOURCE, name="doc", row=str(resource.pk))
    a_booking(resource, at(9))
    work()
    # One file or two: Django names them by the second and by where in memory their writer happens to lie.
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert written.count(b"\nMessage-ID: ") == 2


def test_whoever_lost_the_links_gets_those_of_coming_bookings_alone(mailoutbox):
    resource = doc()
    first, second = a_booking(resource, at(9)), a_booking(resource, at(12))
    act(a_booking(resource, at(15)), "cancel", by=Actor.owner())
    a_booking(resource, timezone.now() - timedelta(days=2))
    moved = reschedule(second, start=at(17), end=at(18), by=Actor.customer())
    work()
    mailoutbox.clear()
    for _twice in range(2):
        ask_for_links("MARTY@example.com ", language="en", now=at(9))
    work()
    (letter,) = mailoutbox
    assert letter.to == ["marty@example.com"]
    tokens = re.findall(r"http://testserver/b/([^/]+)/", letter.body)
    assert [read_token(token)[0] for token in tokens] == [first, moved]
    assert not OutboxMessage.objects.filter(payload__email__isnull=False).exists()


def test_an_address_without_bookings_gets_nothing(mailoutbox):
    ask_for_links("nobody@example.com", language="en", now=at(9))
    work()
    assert mailoutbox == []
    assert OutboxMessage.objects.get().payload == {}


def test_every_mail_of_every_seeded_graph_has_words(mailoutbox):
    for number, (graph, actions) in enumerate(
        {
            "instant": ["cancel"],
            "confirm_decline": ["confirm", "cancel"],
            "instant_payment": ["pay"],
            "request": ["decline"],
        }.items()
    ):
        booking = a_booking(doc(), at(9, days=number), graph=graph)
        work()
        for action in actions:
            booking = act(booking, action, by=Actor("key"))
            work()
    assert not OutboxMessage.objects.exclude(outcome="sent").filter(kind="mail").exists()


def test_a_name_with_line_ends_adds_no_line_to_a_mail(mailoutbox):
    evil = "Marty\r\nReference: FAKE\x0bSee: http://evil.example"
    a_booking(doc(), at(9), customer=customer(name=evil, phone="1\n2"))
    work()
    for address in ("marty@example.com", DOC):
        (letter,) = mails_to(address, mailoutbox)
        assert not {line.partition(":")[0] for line in letter.body.splitlines()} & {"See", "2"}
        assert "Reference: FAKE" not in letter.body.splitlines()
        assert "Marty Reference: FAKE See: http://evil.example" in letter.body


def test_whoever_was_declined_gets_the_nearest_free_times_as_links(mailoutbox):
    resource = doc(slug="doc")
    project = a_project(resource, a_resource(), graph="confirm_decline", slug="lightning")
    asked = a_booking(resource, at(9), graph="confirm_decline", project=project, option=project.options.get())
    act(asked, "decline", by=SERVER)
    work()
    letter = mails_to("marty@example.com", mailoutbox)[-1]
    links = re.findall(r"- (.*): (http://testserver/book/lightning/\?\S+)", letter.body)
    assert [words for words, _url in links] == [
        "Monday 14 March, 08:00",
        "Monday 14 March, 09:00",
        "Monday 14 March, 11:00",
    ]
    query = dict(parse_qsl(urlsplit(links[0][1]).query))
    option = str(project.options.get().pk)
    assert query == {"start": "2033-03-14T08:00:00+01:00", "option": option, "with": "doc"}
    assert html_of(letter).count("/book/lightning/?start=") == 3


def test_whoever_wanted_several_places_is_offered_sessions_with_as_many():
    resource = doc()
    project = a_project(resource, booking={"graph": "group_customer", "settings": {"max_places": 3}})
    for hour, seats in ((9, 9), (11, 2), (13, 5)):
        a_session(resource, at(hour), seats=seats, project=project)
    seat = a_seat(Booking.objects.get(start=at(9)), project=project, places=3)
    (offered,) = alternatives(seat, timezone.now(), zone="UTC")
    query = dict(parse_qsl(urlsplit(offered.url).query))
    assert (query["start"], query["places"]) == (at(13).isoformat(), "3")


@pytest.mark.parametrize("closed", [{"visibility": "staff"}, {"booking": {"graph": "instant_payment"}}])
def test_a_project_that_is_not_offered_is_not_offered_in_a_mail(mailoutbox, closed):
    resource = doc()
    project = a_project(resource, graph="confirm_decline", **closed)
    act(a_booking(resource, at(9), graph="confirm_decline", project=project), "decline", by=SERVER)
    work()
    assert "/book/" not in mails_to("marty@example.com", mailoutbox)[-1].body


def test_only_a_refusal_brings_other_times(mailoutbox):
    resource = doc()
    project = a_project(resource)
    act(a_booking(resource, at(9), project=project), "cancel", by=SERVER)
    work()
    assert all("/book/" not in letter.body for letter in mailoutbox)


def test_a_decline_by_the_owner_waits_for_second_thoughts_and_an_answer_by_staff_does_not(mailoutbox):
    for by in (Actor.owner(), Actor("staff")):
        asked = a_booking(doc(), at(9), graph="request")
        work()
        mailoutbox.clear()
        act(asked, "decline", by=by)
        Sender({"mail": mail.deliver}).send_all()
        assert len(mailoutbox) == (0 if by.kind == "owner" else 1)


def test_a_mail_about_a_move_by_staff_says_that_the_cut_off_is_waived(mailoutbox):
    booking = a_booking(doc(), at(9), min_cancel_time=timedelta(days=1))
    reschedule(booking, start=at(14), end=at(15), by=Actor("staff"))
    work()
    told = mails_to("marty@example.com", mailoutbox)[-1].body
    assert "you can change or cancel it until it begins" in told
    mailoutbox.clear()
    moved = Booking.objects.get(start=at(14))
    reschedule(moved, start=at(16), end=at(17), by=Actor.customer())
    work()
    told = mails_to("marty@example.com", mailoutbox)[-1].body
    assert re.search(r"You can change or cancel it until .*13 March", told)


def test_after_the_cut_off_the_mail_offers_no_change(mailoutbox):
    soon = timezone.now() + timedelta(hours=2)
    for cut_off, label in (
        (timedelta(hours=1), "See, change or cancel"),
        (timedelta(hours=3), "See the booking"),
    ):
        mailoutbox.clear()
        a_booking(doc(), soon, min_cancel_time=cut_off)
        work()
        told = mails_to("marty@example.com", mailoutbox)[-1].body
        assert label in told
        assert ("You can change or cancel it until" in told) == (cut_off == timedelta(hours=1))


def test_a_mail_says_where_to_pay_only_if_it_can_be_paid(mailoutbox, settings):
    for test_mode, link in ((True, "Pay, see or cancel the booking"), (False, "It cannot be paid online.")):
        settings.TEST_MODE = test_mode
        mailoutbox.clear()
        project = a_project(resource := doc(), graph="instant_payment")
        a_booking(resource, at(9), graph="instant_payment", project=project)
        work()
        told = mails_to("marty@example.com", mailoutbox)[-1].body
        assert link in told
        assert ("Pay, see" in told) == test_mode


@pytest.mark.parametrize("graph", ["instant_payment", "request"])
def test_a_deadline_that_is_past_when_the_mail_goes_is_not_named(mailoutbox, graph):
    aged(a_booking(doc(), at(9), graph=graph), timedelta(days=3))
    work()
    assert mailoutbox
    for letter in mailoutbox:
        assert not re.search(r"pay by|answer by|ends on", letter.body)
