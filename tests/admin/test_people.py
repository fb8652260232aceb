"""People at the desk: found in two steps, noted about by whoever runs the bookings, changed by managers."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.lifecycle import Actor, join_people, note_attendance
from bookings.lifecycle.act import act
from bookings.models import Block, Booking, Customer, Person, PersonProposal, Site
from bookings.times import brief_day_and_clock
from tests.admin.conftest import filled_in, text_of
from tests.situations import HOUR, a_booking, a_project, a_resource, at, long_ago

pytestmark = pytest.mark.django_db
STAFF = Actor("staff", "1")
LIST = "admin:bookings_person_changelist"


def visit(name="Maria Novak", email="maria@example.org", phone="", **fields):
    answers = fields.pop("answers", {})
    customer = Customer(name=name, email=email, phone=phone, answers=answers)
    return a_booking(a_resource(), fields.pop("start", at(9)), by=STAFF, customer=customer, **fields)


@pytest.fixture
def germany(db):
    Site.objects.filter(pk=Site.current().pk).update(country="DE")


@pytest.fixture
def maria(germany):
    visit(phone="0151 5550 1234")
    join_people()
    return Person.objects.get()


def url(person, name="change", *more):
    return reverse(f"admin:bookings_person_{name}", args=[person.pk, *more])


def found(client, typed):
    answer = client.get(reverse(LIST), {"q": typed})
    return answer["Location"] if answer.status_code == 302 else text_of(answer)


@pytest.mark.parametrize(
    "typed",
    [
        "maria", "NOVÁK", "novak maria", "0151 5550 1234", "0151/5550", "+49 151 5550", "0049-151-55501234",
        "(0151) 5550-1234", "maria@example.org", "MARIA@EX",
    ],
)  # fmt: skip
def test_somebody_is_found_by_name_telephone_in_any_spelling_or_e_mail(desk, maria, typed):
    visit(name="Omar Haddad", email="omar@example.org", phone="0171 9")
    join_people()
    assert found(desk, typed) == url(maria)


def test_a_reference_finds_whose_booking_it_is_also_after_a_move(desk, maria):
    booking = Booking.objects.get()
    assert found(desk, booking.reference.lower()) == url(maria)


def test_whom_nothing_is_known_of_is_said_in_words_and_nothing_is_trusted(desk, maria):
    assert "Nobody is known as “%_&lt;b&gt;”" in found(desk, "%_<b>")
    assert "Nobody is known" in found(desk, "0" * 300)
    assert found(desk, "\x00maria@") == url(maria)


def test_a_person_is_shown_with_the_next_booking_by_its_day_and_the_number_in_groups(desk, maria):
    coming = timezone.now() + 40 * 24 * HOUR
    booking = visit(phone="0151 5550 1234", start=coming)
    join_people()
    shown = text_of(desk.get(url(maria)))
    known = shown.partition('id="known"')[2]
    when = brief_day_and_clock(coming, booking.resource.timezone)
    assert re.search(rf'{booking.pk}/change/">{when}</a>', known)
    assert "+49 1515 5501234" in known
    assert "maria@example.org" in known


def test_a_bookings_page_leads_to_the_person_and_calls_the_number(desk, maria):
    booking = Booking.objects.get()
    shown = text_of(desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])))
    assert f'<a href="{url(maria)}">Maria Novak</a>' in shown
    assert '<a href="tel:015155501234"><bdi dir="ltr">0151 5550 1234</bdi></a>' in shown


def test_who_has_not_been_joined_to_a_person_is_a_name_alone(desk, germany):
    booking = visit()
    shown = text_of(desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])))
    assert "<dd>Maria Novak</dd>" in shown
    assert "tel:" not in shown


def test_several_are_listed_with_visits_and_what_comes_next(desk, germany):
    for name in ("Anna Novak", "Maria Novak"):
        visit(name=name)
    join_people()
    shown = found(desk, "novak")
    assert shown.index("Anna Novak") < shown.index("Maria Novak")
    assert "Mar" in shown


def test_lists_ask_no_more_for_many_than_for_two(desk, germany):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found(desk, "novak")
        return len(captured)

    for name in ("Anna", "Bea"):
        visit(name=f"{name} Novak", email=f"{name}@example.org")
    join_people()
    two = queries()
    for name in "CDEFG":
        visit(name=f"{name}a Novak", email=f"{name}@example.org")
    join_people()
    assert queries() == two <= 15


def test_visits_are_those_that_took_place(desk, maria):
    came, missed, cancelled = (long_ago(visit(), 4000 * 24 * HOUR) for _each in range(3))
    note_attendance(came, "arrived", by=STAFF)
    note_attendance(missed, "no_show", by=STAFF)
    early = visit()
    act(early, "cancel", by=STAFF)
    join_people()
    shown = text_of(desk.get(url(maria)))
    assert cancelled.start < timezone.now()
    assert "<dt>Visits</dt><dd>2</dd>" in shown
    assert "<dt>Did not come</dt><dd>1</dd>" in shown


def test_a_page_tells_the_answers_of_last_time(desk, maria):
    project = a_project(a_resource(), customer_fields={"allergies": {"title": "Allergies"}})
    visit(project=project, answers={"allergies": "Oil & <nuts>"})
    join_people()
    shown = text_of(desk.get(url(maria)))
    assert "<dt>Allergies</dt><dd>Oil &amp; &lt;nuts&gt;" in shown


def test_the_desk_keeps_a_note_and_its_history(desk, maria):
    sent_to, sent = filled_in(text_of(desk.get(url(maria))), 'name="note"', {"note": "Oil allergy"})
    assert desk.post(sent_to or url(maria), sent).status_code == 302
    maria.refresh_from_db()
    assert maria.note == "Oil allergy"
    shown = text_of(desk.get(url(maria, "history")))
    assert "Oil allergy" in shown
    assert "desk" in shown


VERBS = {"merge": [], "split": [], "block": [], "unblock": [], "export": [], "erase": []}


@pytest.mark.parametrize("name", VERBS)
def test_the_desk_changes_no_person_and_a_designer_sees_none(desk, designer, maria, name):
    before = list(Person.objects.values())
    for client in (desk, designer):
        assert client.get(url(maria, name)).status_code == 403
        assert client.post(url(maria, name)).status_code == 403
    assert designer.get(url(maria)).status_code == 403
    assert designer.get(reverse(LIST)).status_code == 403
    assert list(Person.objects.values()) == before
    assert f"/{name}/" not in text_of(desk.get(url(maria)))


def test_family_is_proposed_with_the_address_and_visits_and_kept_apart_by_one_press(desk, maria):
    visit(name="Anna Novak", email="", phone="0151 55501234")
    join_people()
    shown = text_of(desk.get(url(maria)))
    assert "The same person, or family?" in shown
    assert "Anna Novak" in shown
    assert "+4915155501234" in shown
    assert "Anna Novak" in text_of(desk.get(reverse(LIST)))
    sent_to, sent = filled_in(shown, "/apart/", {})
    desk.post(sent_to, sent)
    assert PersonProposal.objects.get().settled
    assert "or family?" not in text_of(desk.get(url(maria)))


def test_a_manager_merges_what_was_proposed_after_reading_what_happens(manager, maria):
    visit(name="Mia Novak", email="maria@example.org")
    join_people()
    other = Person.objects.get(name="Mia Novak")
    link = f"{url(maria, 'merge')}?other={other.pk}"
    assert link in text_of(manager.get(url(maria)))
    asked = text_of(manager.get(link))
    assert "become those of Maria Novak" in asked
    assert manager.post(url(maria, "merge"), {"q": "", "other": other.pk}).status_code == 302
    assert (Person.objects.get().also, maria.bookings.count()) == ("Mia Novak", 2)
    assert "Mia Novak" in text_of(manager.get(url(maria, "history")))


def test_whom_to_merge_with_is_found_by_typing(manager, maria):
    visit(name="Mia Novak", email="mia@example.org")
    join_people()
    shown = text_of(manager.get(url(maria, "merge"), {"q": "mia"}))
    assert "mia@example.org" in shown
    assert f'value="{maria.pk}"' not in shown
    assert manager.post(url(maria, "merge"), {"q": "", "other": "12x"}).status_code == 200
    assert Person.objects.count() == 2


def test_a_manager_splits_off_some_of_the_bookings_and_never_all(manager, maria):
    visit(phone="0171 8000 1234")
    join_people()
    one, other = Booking.objects.order_by("created_at")
    every = manager.post(url(maria, "split"), {"bookings": [one.pk, other.pk]})
    assert "and not all" in text_of(every)
    manager.post(url(maria, "split"), {"bookings": [other.pk]})
    assert sorted(person.bookings.count() for person in Person.objects.all()) == [1, 1]


def test_a_manager_blocks_reads_what_was_tried_and_lifts_it(manager, desk, maria):
    assert "is asked to phone" in text_of(manager.get(url(maria, "block")))
    manager.post(url(maria, "block"), {"reason": "Owes for June"})
    Block.objects.update(tries=2, tried_for="Portrait", tried_at=timezone.now())
    shown = text_of(desk.get(url(maria)))
    assert "Owes for June" in shown
    assert "Tried 2 times, last " in shown
    assert " for Portrait." in shown
    assert "blocked" in found(desk, "") + text_of(desk.get(reverse(LIST)))
    assert "Owes for June" in text_of(manager.get(url(maria, "history")))
    assert manager.get(url(maria, "unblock")).status_code == 405
    manager.post(url(maria, "unblock"))
    assert not Block.objects.exists()


def test_an_export_is_a_file_of_this_person_alone(manager, maria):
    visit(name="Anna Novak", phone="0151 5550 1234")
    join_people()
    answer = manager.get(url(maria, "export"))
    assert answer["Content-Disposition"] == f'attachment; filename="person-{maria.pk}.json"'
    told = json.loads(answer.content)
    assert [one["name"] for one in told["customer"]] == ["Maria Novak"]
    assert [one["name"] for one in told["person"]] == ["Maria Novak"]
    assert "Anna" not in answer.content.decode()


def test_erasing_keeps_whom_something_can_still_happen_to_and_says_so(manager, maria):
    coming = Booking.objects.get()
    over = visit()
    join_people()
    act(over, "cancel", by=STAFF)
    answer = manager.post(url(maria, "erase"), follow=True)
    assert "1 booking can still change" in text_of(answer)
    act(coming, "cancel", by=STAFF)
    manager.post(url(maria, "erase"))
    assert not Person.objects.exists()
    assert not Customer.objects.exists()
    assert manager.get(url(maria)).status_code == 404


def test_names_are_found_by_their_beginnings_where_no_index_knows_their_parts(desk, maria):
    if connection.vendor == "postgresql":
        assert found(desk, "ovak") == url(maria)
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX person_by_parts_of_name")
    assert found(desk, "nov") == found(desk, "mari nov"[:4]) == url(maria)
    assert "Nobody is known" in found(desk, "ovak")
