"""Bookings join people behind the booking's back: where address and name agree, and else it is proposed."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.lifecycle import (
    Actor,
    correct,
    delete,
    join_people,
    keep_apart,
    merge,
    people,
    reschedule,
    split,
)
from bookings.lifecycle.act import act
from bookings.models import (
    Block,
    Customer,
    HistoryEntry,
    JoinedUpTo,
    Person,
    PersonAddress,
    PersonBooking,
    PersonProposal,
    Site,
    Standstill,
)
from bookings.people_keys import name_key, phone_beginning, phone_key
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
STAFF = Actor("staff", "1")


@pytest.fixture
def booked():
    """Books an hour of a new resource for whoever is named."""

    def one(name="Maria Novak", email="maria@example.org", phone=""):
        customer = Customer(name=name, email=email, phone=phone)
        return a_booking(a_resource(), at(9), by=STAFF, customer=customer)

    return one


def people_and_visits():
    rows = Person.objects.order_by("pk")
    return [(person.name, person.bookings.count()) for person in rows]


@pytest.fixture
def germany():
    Site.objects.filter(pk=Site.current().pk).update(country="DE")


def test_a_booking_writes_nothing_of_people(booked):
    with CaptureQueriesContext(connection) as captured:
        booked()
    written = [one["sql"] for one in captured if "person" in one["sql"].lower()]
    assert written == []
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Maria Novák", "maria  novak"),
        ("Novak, Maria", "Maria Novak"),
        ("Weiß-Straßer", "Weiss Strasser"),
        ("Łukasz Øre", "lukasz ore"),
    ],
)
def test_names_agree_whatever_their_case_spaces_accents_and_order(name, other):
    assert name_key(name) == name_key(other)


def test_names_of_other_people_do_not_agree():
    assert name_key("Anna Novak") != name_key("Maria Novak")
    assert name_key("...") == ""


def test_address_and_name_join_and_the_worker_does_it(booked):
    booked()
    booked(name="NOVÁK, maria", email="Maria@Example.org")
    call_command("worker", once=True)
    assert people_and_visits() == [("Maria Novak", 2)]
    assert not PersonProposal.objects.exists()


def test_a_telephone_joins_however_it_was_written(booked, germany):
    booked(email="", phone="+49 151 55501234")
    booked(email="", phone="0151 / 5550-1234")
    booked(email="", phone="0049 (151) 55501234")
    join_people()
    assert people_and_visits() == [("Maria Novak", 3)]


def test_a_number_is_found_by_how_it_begins():
    assert phone_beginning("0151 555", "DE") == "+49151555"
    assert phone_beginning("+49 151") == phone_beginning("0049 151") == "+49151"
    assert phone_beginning("0151 555") == ""
    assert phone_beginning("Room 12345", "DE") == ""
    assert phone_key("0151 5550 1234", "DE") == "+4915155501234"
    assert phone_key("ask at the door", "DE") == ""


def test_a_daughter_with_her_mothers_telephone_is_proposed_and_not_joined(booked, germany):
    booked(phone="0151 5550 1234")
    join_people()
    Person.objects.update(note="Oil allergy")
    booked(name="Anna Novak", email="", phone="+4915155501234")
    join_people()
    assert people_and_visits() == [("Maria Novak", 1), ("Anna Novak", 1)]
    assert Person.objects.get(name="Anna Novak").note == ""
    proposal = PersonProposal.objects.get()
    assert {proposal.person.name, proposal.other.name} == {"Maria Novak", "Anna Novak"}
    assert proposal.address == "+4915155501234"


def test_two_whose_addresses_meet_in_a_booking_are_proposed(booked):
    booked(email="maria@example.org")
    booked(email="", phone="+4915155501234")
    booked(email="maria@example.org", phone="+4915155501234")
    join_people()
    assert people_and_visits() == [("Maria Novak", 2), ("Maria Novak", 1)]
    assert PersonProposal.objects.count() == 1


def test_whoever_left_no_address_is_nobodys(booked):
    booked(email="")
    booked(name="!?")
    join_people()
    assert not Person.objects.exists()


def test_a_switchboard_proposes_few_and_never_everybody(booked):
    for number in range(7):
        booked(name=f"Pupil {chr(97 + number)}", email="school@example.org")
    join_people()
    assert Person.objects.count() == 7
    assert PersonProposal.objects.count() == 0 + 1 + 2 + 3 * 4


def test_batches_go_on_where_the_last_one_ended(booked, monkeypatch):
    monkeypatch.setattr(people, "BATCH", 2)
    monkeypatch.setattr(people, "SETTLED", timedelta())
    for number in range(5):
        booked(name=f"Guest {number}", email=f"g{number}@example.org")
    turns = iter([False, False, True])
    assert join_people(lambda: next(turns)) == 4
    last = HistoryEntry.objects.order_by("pk")[3].pk
    assert JoinedUpTo.objects.get().entry == last
    assert join_people() == 1
    assert Person.objects.count() == 5
    assert join_people() == 0


def test_what_commits_after_later_numbers_were_read_is_joined_all_the_same(booked):
    early = booked()
    entry = HistoryEntry.objects.get()
    booked(name="Later", email="later@example.org")
    join_people()
    PersonBooking.objects.filter(booking=early).delete()  # as if it had not been there yet
    assert JoinedUpTo.objects.get().entry < entry.pk
    assert join_people() == 1


def test_many_that_are_not_settled_are_all_joined(booked, monkeypatch):
    monkeypatch.setattr(people, "BATCH", 2)
    for number in range(5):
        booked(name=f"Guest {number}", email=f"g{number}@example.org")
    assert join_people() == 5


def test_nothing_is_joined_while_the_site_stands_still(booked):
    booked()
    Standstill.objects.create(reason="a move")
    assert join_people() == 0
    assert not Person.objects.exists()


def test_a_moved_visit_is_the_same_persons(booked):
    old = booked()
    join_people()
    reschedule(old, by=STAFF, start=at(12), end=at(13))
    join_people()
    assert people_and_visits() == [("Maria Novak", 2)]


def test_a_corrected_address_is_the_persons_from_then_on(booked):
    booking = booked(email="mria@example.org")
    join_people()
    Person.objects.update(note="Oil allergy")
    correct(booking, by=STAFF, customer={"email": "maria@example.org"})
    join_people()
    person = Person.objects.get()
    assert (person.email, person.note) == ("maria@example.org", "Oil allergy")
    assert [one.value for one in person.addresses.all()] == ["maria@example.org"]
    booked()
    join_people()
    assert people_and_visits() == [("Maria Novak", 2)]


def test_merged_people_have_all_of_both_and_later_bookings_come_to_them(booked):
    booked()
    booked(name="Mia Novak", email="mia@example.org")
    join_people()
    one, other = Person.objects.order_by("pk")
    Person.objects.filter(pk=other.pk).update(note="Comes late")
    Block.objects.create(person=other, reason="owes", tries=2)
    merge(one, other)
    booked(name="Mia Novak", email="mia@example.org")
    join_people()
    person = Person.objects.get()
    assert (person.bookings.count(), person.also, person.note) == (3, "Mia Novak", "Comes late")
    assert (person.block.reason, person.block.tries) == ("owes", 2)


def test_split_people_keep_their_own_and_are_not_proposed_again(booked):
    stays = booked()
    goes = booked(email="maria@example.org", phone="+4915155501234")
    join_people()
    person = Person.objects.get()
    new = split(person, [goes.pk])
    assert (stays.joined.person, PersonBooking.objects.get(booking=goes).person) == (person, new)
    assert {one.value for one in new.addresses.all()} == {"+4915155501234"}
    assert {one.value for one in person.addresses.all()} == {"maria@example.org"}
    assert not PersonProposal.objects.filter(settled=False).exists()
    with pytest.raises(ValueError, match="not all"):
        split(new, [goes.pk])


def test_two_who_are_kept_apart_are_not_proposed_again(booked):
    booked()
    booked(name="Anna Novak")
    join_people()
    keep_apart(PersonProposal.objects.get())
    booked(name="Anna Novak")
    join_people()
    assert not PersonProposal.objects.filter(settled=False).exists()


def test_an_erased_booking_takes_what_it_alone_told_and_the_last_one_the_person(booked):
    first = booked(phone="+4915155501234")
    last = booked()
    join_people()
    Person.objects.update(note="Oil allergy")
    for booking in (first, last):
        act(booking, "cancel", by=STAFF)
    delete(first, by=STAFF)
    person = Person.objects.get()
    assert (person.phone, person.email, person.note) == ("", "maria@example.org", "Oil allergy")
    assert [one.value for one in person.addresses.all()] == ["maria@example.org"]
    delete(last, by=STAFF)
    assert not Person.objects.exists()
    assert not PersonAddress.objects.exists()
    assert not Person.history.exists()
    assert join_people() == 0
