"""From the first page to the confirmation, and what can come between."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings

from bookings.effects.links import renew
from bookings.forms.pages import DetailsForm
from bookings.models import Booking, Occupancy, Option, Project, Site, WeeklyHours
from bookings.times import short_day
from bookings.views.hold.visitor_token import COOKIE
from bookings.visitors.holding import token_digest
from tests.situations import a_hold, a_project, a_resource, a_session, aged, own_terms
from tests.views.conftest import Visitor, holds

pytestmark = pytest.mark.django_db


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_visitor_books_from_the_first_page_to_the_confirmation(visitor, project, tomorrow):
    assert visitor.see("/")["Location"] == "/book/lightning/"
    month = visitor.see("/book/lightning/", day=tomorrow.date().isoformat())
    assert f'value="{tomorrow.isoformat()}"' in text(month)
    form = visitor.hold(project, tomorrow)
    assert "Held for you until" in text(visitor.see(form))
    page = visitor.see(visitor.send(form)["Location"])
    booking = Booking.objects.get()
    assert booking.state.name == "confirmed"
    assert "Your time is booked" in text(page)
    assert booking.reference in text(page)
    assert booking.customer.email == "marty@example.com"
    assert booking.option == project.options.get()


@pytest.mark.parametrize(
    ("graph", "label"),
    [
        ("instant", "Book this time"),
        ("request", "Ask for this time"),
        ("confirm_decline", "Ask for this time"),
        ("instant_payment", "Continue to payment"),
    ],
)
def test_the_button_says_what_it_leads_to(visitor, project, tomorrow, graph, label):
    Project.objects.update(booking={"graph": graph}, pay_url="https://pay.example/")
    form = visitor.see(visitor.hold(project, tomorrow))
    assert label in text(form)
    others = {"Book this time", "Ask for this time", "Continue to payment"} - {label}
    assert not any(other in text(form) for other in others)


def test_the_first_page_lists_projects_under_their_headings(visitor, project):
    a_project(a_resource(), name="Time travel", heading="Journeys")
    page = text(visitor.see("/"))
    assert "Catch the lightning" in page
    assert "Journeys" in page
    assert "1 hour" in page
    assert "€18" in page


def test_a_search_needs_every_word_and_says_how_many_matched(visitor, project):
    a_project(a_resource(name="Jennifer Parker"), name="Time travel")
    page = text(visitor.see("/", q="time jennifer"))
    assert "One match for" in page
    assert "Catch the lightning" not in page
    nothing = text(visitor.see("/", q="nothing-like-it"))
    assert nothing.count("Nothing matches") == 1
    assert "0 matches" not in nothing
    assert "Show all" in nothing


def test_what_one_resource_offers_keeps_the_choice(visitor, project, doc):
    assert visitor.see("/with/emmett/")["Location"] == "/book/lightning/?with=emmett"
    a_project(doc, name="Time travel")
    assert "/book/lightning/?with=emmett" in text(visitor.see("/with/emmett/"))


@pytest.mark.parametrize("visibility", [Project.Visibility.STAFF])
def test_a_project_for_staff_has_no_page(visitor, project, visibility):
    Project.objects.update(visibility=visibility)
    assert visitor.see("/book/lightning/").status_code == 404


def test_a_day_that_is_taken_is_not_offered_to_others_but_to_its_holder(visitor, another, project, tomorrow):
    visitor.hold(project, tomorrow)
    day = tomorrow.date().isoformat()
    assert f'value="{tomorrow.isoformat()}"' not in text(another.see("/book/lightning/", day=day))
    assert f'value="{tomorrow.isoformat()}"' in text(visitor.see("/book/lightning/", day=day))


def test_picking_another_time_replaces_the_hold(visitor, project, tomorrow):
    visitor.hold(project, tomorrow)
    visitor.hold(project, tomorrow.replace(hour=14))
    assert [held.start.hour for held in holds()] == [14]


def test_of_holds_that_one_visitor_made_at_once_the_newest_stays(visitor, project, doc, tomorrow):
    visitor.client.cookies[COOKIE] = "A" * 22
    for hour in (14, 16):
        a_hold(doc, tomorrow.replace(hour=hour), visitor=token_digest("A" * 22))
    visitor.hold(project, tomorrow.replace(hour=18))
    assert [held.start.hour for held in holds()] == [18]


def test_a_time_that_is_held_by_somebody_else_leads_back_to_the_times(visitor, another, project, tomorrow):
    visitor.hold(project, tomorrow)
    answer = another.pick(project, tomorrow)
    page = text(another.see(answer["Location"]))
    assert "Somebody else has just taken this time" in page
    offered = re.findall(
        r'form="instead" formaction="/book/lightning/hold/" name="start" value="([^"]+)"', page
    )
    assert [(datetime.fromisoformat(one) - tomorrow) / timedelta(hours=1) for one in offered] == [-2, -1, 1]
    assert holds().count() == 1
    assert another.pick(project, datetime.fromisoformat(offered[2])).status_code == 302
    assert holds().count() == 2


def test_anyone_is_whoever_is_free_first(visitor, another, project, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    project.links.create(resource=second, position=1)
    visitor.hold(project, tomorrow)
    another.hold(project, tomorrow)
    assert {held.resource.name for held in holds()} == {"Emmett Brown", "Clara Clayton"}


def test_with_whom_and_which_option_are_kept(visitor, project, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    project.links.create(resource=second, position=1)
    longer = Option.objects.create(project=project, label="Long", length=timedelta(hours=2), position=5)
    visitor.book(project, tomorrow, option=str(longer.pk))
    visitor.book(project, tomorrow, **{"with": "clara"})
    visitor.hold(project, tomorrow.replace(hour=18), option=str(longer.pk), **{"with": "clara"})
    held = holds().get()
    assert (held.resource, held.option) == (second, longer)
    assert (held.end - held.start).total_seconds() == 7200


def test_another_person_or_option_keeps_the_day(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    day = tomorrow.date().isoformat()
    page = text(visitor.see("/book/lightning/", at=tomorrow.isoformat()))
    assert f"day={day}&amp;with=clara" in page
    assert "&amp;with=clara" in text(visitor.see("/book/lightning/"))


def test_an_option_says_label_length_and_price(visitor, project):
    page = text(visitor.see("/book/lightning/"))
    settled = re.compile(r"Usual</bdi> ·</span> <span[^>]*><bdi>1 hour</bdi> ·</span> <span[^>]*><bdi>€18<")
    assert len(settled.findall(page)) == 1
    assert "?option=" not in page, "one answer is no question"
    Option.objects.create(
        project=project, label="Long", length=timedelta(hours=2), price=30, currency="EUR", position=5
    )
    page = text(visitor.see("/book/lightning/"))
    assert re.search(r"<bdi>Long</bdi> <span[^>]*>2 hours</span> </span> <span[^>]*>€30", page)


def test_an_option_says_what_it_costs_and_takes_with_whoever_may_come(visitor, project, doc):
    own_terms(project, price="35.00", length=timedelta(minutes=90))
    page = text(visitor.see("/book/lightning/"))
    assert "€35" in page
    assert "1 hour 30 minutes" in page
    assert "€18" not in page
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    page = text(visitor.see("/book/lightning/"))
    assert "from €18" in page
    assert "1 hour to 1 hour 30 minutes" in page
    assert "€35" in text(visitor.see("/book/lightning/", **{"with": doc.slug}))
    Project.objects.update(availability={"mode": "mutual"})
    page = text(visitor.see("/book/lightning/"))
    assert "€35" in page
    assert "from €" not in page


def test_the_hold_is_ten_minutes_unless_the_project_says_otherwise(visitor, project, tomorrow):
    visitor.hold(project, tomorrow)
    held = holds().get()
    assert round((held.expires_at - held.created_at).total_seconds(), -1) == 600
    Project.objects.update(booking={"graph": "instant", "reservation_time": 120})
    visitor.hold(project, tomorrow)
    held = holds().get()
    assert round((held.expires_at - held.created_at).total_seconds(), -1) == 120


def test_the_hold_can_be_made_longer_and_let_go(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    before = holds().get().expires_at
    visitor.client.post(f"{form}longer/")
    assert holds().get().expires_at > before
    back = visitor.client.post(f"{form}release/")
    heading = f'<h2 id="day" tabindex="-1">{short_day(tomorrow, "Europe/Berlin")}</h2>'
    assert heading in text(visitor.see(back["Location"])), "the day that was chosen"
    assert not holds().exists()
    assert not Occupancy.objects.exists()
    assert "This hold has ended" in text(visitor.see(visitor.see(form)["Location"]))


@override_settings(MAX_HOLD_EXTENSIONS=1)
def test_the_hold_cannot_be_made_longer_for_ever(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    assert "Hold it longer" in text(visitor.see(form))
    assert "Hold it longer" not in text(visitor.client.post(f"{form}longer/"))
    answer = visitor.client.post(f"{form}longer/", {"name": "Marty McFly"})
    assert answer.status_code == 409
    assert "cannot be made longer" in text(answer)
    assert 'value="Marty McFly"' in text(answer)


def test_what_was_typed_stays_when_the_hold_is_made_longer(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    page = text(visitor.client.post(f"{form}longer/", {"name": "Marty McFly", "email": "marty@"}))
    assert 'value="Marty McFly"' in page
    assert 'value="marty@"' in page
    assert 'class="problems"' not in page


def test_a_hold_that_ended_before_it_was_made_longer_loses_no_answer(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    aged(holds().get())
    page = text(visitor.client.post(f"{form}longer/", {"name": "Marty McFly"}))
    assert "The hold ended at" in page
    assert 'value="Marty McFly"' in page


@override_settings(MAX_RESERVATION_SECONDS=900)
def test_a_hold_that_the_operators_cap_would_cut_off_offers_no_longer_one(visitor, project, tomorrow):
    assert "Hold it longer" not in text(visitor.see(visitor.hold(project, tomorrow)))


@pytest.mark.parametrize("step", ["longer", "instead"])
def test_a_step_that_is_opened_as_a_url_leads_to_the_form(visitor, project, tomorrow, step):
    form = visitor.hold(project, tomorrow)
    assert visitor.see(f"{form}{step}/", lang="de")["Location"] == form


def test_an_ended_hold_is_no_error_while_the_time_is_free(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    aged(holds().get())
    assert "The hold ended at" in text(visitor.see(form))
    assert visitor.send(form).status_code == 302
    assert Booking.objects.count() == 1


def test_a_lost_time_keeps_every_answer_and_offers_the_nearest(visitor, another, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    aged(holds().get())
    another.book(project, tomorrow, name="Biff Tannen")
    answer = visitor.send(form)
    page = text(answer)
    assert answer.status_code == 409
    assert "Somebody else has just taken this time" in page
    assert "<title>Somebody else has just taken this time" in re.sub(r">\s+", ">", page)
    assert 'value="Marty McFly"' in page
    assert page.count('class="time"') == 3
    assert Booking.objects.count() == 1


def test_the_nearest_times_of_one_day_name_it_once_and_of_several_each(
    visitor, another, project, doc, tomorrow
):
    day = short_day(tomorrow, ZoneInfo("Europe/Berlin"))
    visitor.hold(project, tomorrow)
    page = text(another.see(another.pick(project, tomorrow)["Location"]))
    assert f"These times are free on {day}:" in page
    assert not days_of_nearest(page)
    opens = tomorrow.astimezone(ZoneInfo("Europe/Berlin")).time()
    for weekday in range(7):
        closes = opens.replace(hour=opens.hour + 1)
        WeeklyHours.objects.create(resource=doc, weekday=weekday, opens=opens, closes=closes)
    page = text(another.see(another.pick(project, tomorrow)["Location"]))
    assert "These times are free:" in page
    assert len(set(days_of_nearest(page))) == 3
    assert day not in days_of_nearest(page)


def days_of_nearest(page):
    nearest = page.partition('class="alternatives"')[2].partition("</section>")[0]
    return re.findall(r'"time__note">([^<]+)<', nearest)


def test_one_of_the_nearest_times_is_held_with_the_answers(visitor, another, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    aged(holds().get())
    another.book(project, tomorrow, name="Biff Tannen")
    later = tomorrow.replace(hour=13)
    page = visitor.client.post(
        f"{form}instead/", {"name": "Marty McFly", "email": "marty@", "start": later.isoformat()}
    )
    assert 'value="Marty McFly"' in text(page)
    assert "Held for you until" in text(page)
    assert 'class="problems"' not in text(page)
    assert holds().get().start == later
    german = visitor.see(f"{form}instead/", lang="de")["Location"]
    assert german != form
    assert "Für Sie reserviert bis" in text(visitor.see(german))


def test_a_form_that_is_sent_twice_leads_to_the_same_booking(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    first, second = visitor.send(form), visitor.send(form)
    assert first["Location"] == second["Location"] == visitor.see(form)["Location"]
    assert Booking.objects.count() == 1


def test_a_form_that_is_sent_twice_after_its_hold_ended_books_once(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    aged(holds().get())
    assert visitor.send(form)["Location"] == visitor.send(form)["Location"]
    assert Booking.objects.count() == 1


def test_a_form_leads_to_no_booking_whose_link_was_renewed_and_books_no_other(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    visitor.send(form)
    made = Booking.objects.get()
    renew(made)
    renew(made)
    for answer in (visitor.see(form), visitor.send(form)):
        assert answer.status_code == 404
        assert "This link does not work any more" in text(answer)
    assert Booking.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_booked(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    answer = visitor.send(form, name="", email="marty@")
    page = text(answer)
    assert "2 answers need another look" in page
    assert 'href="#id_name"' in page
    assert 'href="#id_email"' in page
    assert not Booking.objects.exists()
    assert holds().exists()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"name": "x" * 10_000}, "at most 200 characters"),
        ({"name": "Marty\x00McFly"}, "Null characters are not allowed."),
        ({DetailsForm.TRAP: "http://spam.example"}, "Leave this empty, please."),
    ],
)
def test_bad_answers_are_explained(visitor, project, tomorrow, answers, said):
    answer = visitor.send(visitor.hold(project, tomorrow), **answers)
    assert answer.status_code == 200
    assert said in text(answer)


def test_what_a_browser_filled_into_the_hidden_field_can_be_seen_and_taken_out(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    assert "field--trap" in text(visitor.see(form))
    page = text(visitor.send(form, **{DetailsForm.TRAP: "https://marty.example"}))
    assert 'href="#id_website.url"' in page
    assert "field--trap" not in page
    assert visitor.send(form, **{DetailsForm.TRAP: ""}).status_code == 302


def test_a_project_that_asks_for_neither_still_needs_one_way_to_reach_the_customer(
    visitor, project, tomorrow
):
    Project.objects.update(customer_fields={"name": {}, "email": {}, "phone": {}})
    form = visitor.hold(project, tomorrow)
    assert "Give an e-mail address or a telephone number." in text(visitor.send(form, email=""))
    assert visitor.send(form, email="", phone="030 5550142").status_code == 302


def test_an_older_project_that_asks_for_no_way_to_reach_the_customer_asks_for_an_address_besides(
    visitor, project, tomorrow
):
    Project.objects.update(customer_fields={"size": {"format": "select", "enum": ["S", "L"]}})
    form = visitor.hold(project, tomorrow)
    assert 'name="email"' in text(visitor.client.get(form))
    assert visitor.send(form, email="").status_code == 200
    assert visitor.send(form, size="L").status_code == 302
    assert Booking.objects.get().customer.email


def test_what_a_project_asks_and_wants_agreed_is_asked_and_kept(visitor, project, tomorrow):
    Project.objects.update(
        customer_fields={
            "email": {"required": True},
            "size": {"format": "select", "enum": ["S", "L"], "required": True},
        },
        consent="I may be filmed.",
    )
    form = visitor.hold(project, tomorrow)
    page = text(visitor.send(form))
    assert "I may be filmed." in page
    assert "2 answers need another look" in page
    visitor.send(form, size="L", consent="on")
    assert Booking.objects.get().customer.answers == {"size": "L", "consent": True}


def test_a_tampered_form_changes_nothing_but_the_answers(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    visitor.send(
        form,
        settings='{"allow_double_bookings": true}',
        allow_double_bookings="true",
        price="0",
        resource_id="x",
        graph="group_owner",
    )
    booking = Booking.objects.get()
    assert not booking.allow_double_bookings
    assert (booking.price, booking.version.graph.name) == (18, "instant")


def test_what_another_project_offers_cannot_be_smuggled_in(visitor, project, tomorrow):
    cheap = a_project(a_resource(slug="clara"), name="Time travel", slug="travel")
    foreign = cheap.options.get()
    Option.objects.filter(pk=foreign.pk).update(price="1.00", currency="EUR")
    form = visitor.hold(project, tomorrow, option=str(foreign.pk), **{"with": "clara"})
    visitor.send(form, option=str(foreign.pk), option_id=str(foreign.pk), **{"with": "clara"})
    booking = Booking.objects.get()
    assert (booking.resource.slug, booking.price) == ("emmett", 18)
    assert booking.option == project.options.get()


def test_a_dearer_option_is_not_had_for_the_price_of_another(visitor, project, tomorrow):
    dear = Option.objects.create(
        project=project, label="Dear", length=timedelta(hours=1), price="99.00", currency="EUR", position=5
    )
    cheap = project.options.first()
    form = visitor.hold(project, tomorrow, option=str(dear.pk))
    visitor.send(form.replace(str(dear.pk), str(cheap.pk)), option=str(cheap.pk))
    assert Booking.objects.get().price == 99


def test_a_session_of_another_project_cannot_be_picked(visitor, project, doc, tomorrow):
    other = a_project(doc, graph="group_customer", name="Back class", slug="back")
    session = a_session(doc, tomorrow, seats=1, project=other)
    answer = visitor.pick(project, tomorrow, session=str(session.pk))
    assert "refused=slot_taken" in answer["Location"]
    assert not holds().exists()


def test_a_form_of_one_project_does_not_open_under_another(visitor, project, tomorrow):
    a_project(a_resource(), name="Time travel", slug="travel")
    form = visitor.hold(project, tomorrow).replace("/lightning/", "/travel/")
    assert visitor.see(form).status_code == 404
    assert visitor.send(form).status_code == 404
    assert not Booking.objects.exists()


def test_a_form_with_a_zone_that_does_not_exist_is_told_so(visitor, project, tomorrow):
    answer = visitor.send(visitor.hold(project, tomorrow), timezone="Mars/Olympus")
    assert answer.status_code == 200
    assert "time zone" in text(answer)
    assert not Booking.objects.exists()
    assert holds().exists()


def test_coming_back_to_the_form_after_booking_leads_to_the_booking(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    page = visitor.send(form)["Location"]
    assert visitor.see(form)["Location"] == page
    assert visitor.client.post(f"{form}longer/")["Location"] == form
    visitor.client.post(f"{form}release/")
    assert "Your time is booked" in text(visitor.see(page))
    assert Occupancy.objects.count() == 1


def test_answers_given_by_the_url_are_filled_in(visitor, project, tomorrow):
    page = text(visitor.see("/book/lightning/", **{"customer.name": "Marty"}))
    assert '<input type="hidden" name="customer.name" value="Marty">' in page
    form = visitor.hold(project, tomorrow, **{"customer.name": "Marty"})
    assert 'value="Marty"' in text(visitor.see(form))


def test_what_is_only_to_be_read_cannot_be_changed(visitor, project, tomorrow):
    fixed = {"readonly": True, "required": True}
    Project.objects.update(
        customer_fields={
            "name": {},
            "email": fixed,
            "size": fixed | {"format": "select", "enum": ["41", "42"], "prefilled": "42"},
            "extras": fixed | {"format": "checkbox", "enum": ["hat", "scarf"], "prefilled": ["hat"]},
            "code": fixed | {"prefilled": "88"},
            "free": fixed,
        }
    )
    form = visitor.hold(project, tomorrow, **{"customer.email": "marty@example.com"})
    shown = text(visitor.see(form))
    assert len(re.findall(r" (?:readonly|disabled)[ >]", shown)) == 5  # two boxes are one question
    answer = visitor.send(form, email="biff@example.com", size="41", extras="scarf", code="1", free="mine")
    assert answer.status_code == 302
    customer = Booking.objects.get().customer
    assert customer.email == "marty@example.com"
    assert customer.answers == {"size": "42", "extras": ["hat"], "code": "88", "free": "mine"}


@pytest.mark.parametrize(
    "query",
    [
        {"zone": "Mars/Olympus"},
        {"month": "2027-99", "day": "never"},
        {"month": "0001-01"},
        {"month": "9999-12"},
        {"day": "2027-02-31", "option": "x", "with": "nobody"},
        {"refused": "nonsense"},
    ],
)
def test_a_strange_url_shows_the_times_all_the_same(visitor, project, query):
    answer = visitor.see("/book/lightning/", **query)
    assert answer.status_code == 200


def test_a_zone_that_does_not_exist_is_said(visitor, project):
    assert "That time zone is not known." in text(visitor.see("/book/lightning/", zone="Mars/Olympus"))


def test_changing_the_zone_keeps_the_instants(visitor, project, tomorrow):
    page = text(visitor.see("/book/lightning/", zone="Asia/Tokyo", day=tomorrow.date().isoformat()))
    assert "Times in Tokyo time (UTC+9)" in page
    assert re.search(rf'value="{re.escape(tomorrow.isoformat())}"> <span class="time__at">21:00', page)


@pytest.mark.parametrize("start", ["", "tomorrow", "2027-03-16T09:00:00", "9999-12-31T23:59:59+00:00"])
def test_a_start_that_was_not_offered_leads_back_to_the_times(visitor, project, start):
    answer = visitor.client.post("/book/lightning/hold/", {"start": start})
    assert answer.status_code == 302
    assert not holds().exists()


def test_a_url_that_is_no_hold_leads_to_the_times(visitor, project):
    answer = visitor.see("/book/lightning/details/nonsense/")
    assert answer.status_code == 404
    assert "Please choose a time again" in text(answer)


def test_a_request_says_that_it_is_not_confirmed_and_whether_the_time_is_kept(visitor, project, tomorrow):
    for graph, kept in (("request", "The time stays yours"), ("confirm_decline", "The time is not kept")):
        Project.objects.update(booking={"graph": graph})
        start = tomorrow if graph == "request" else tomorrow.replace(hour=15)
        form = visitor.hold(project, start)
        assert "Ask for this time" in text(visitor.see(form))
        page = text(visitor.see(visitor.send(form)["Location"]))
        assert "Request sent, not confirmed yet" in page
        assert kept in page


def test_a_form_in_another_tab_still_books_though_its_hold_was_replaced(visitor, project, tomorrow):
    first = visitor.hold(project, tomorrow)
    visitor.hold(project, tomorrow.replace(hour=15))
    assert visitor.send(first).status_code == 302
    assert Booking.objects.get().start == tomorrow


def test_whoever_gives_a_hold_back_chooses_anew_with_the_same_person(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    form = visitor.hold(project, tomorrow, **{"with": "clara"})
    back = visitor.client.post(form.replace("/?", "/release/?"))["Location"]
    assert re.search(r'aria-current="true">(?:(?!</a>).)*<bdi>Clara Clayton', text(visitor.see(back)))


def test_another_time_instead_is_with_the_same_person(visitor, project, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    project.links.create(resource=second, position=1)
    form = visitor.hold(project, tomorrow, **{"with": "clara"})
    visitor.client.post(form.replace("/?", "/instead/?"), {"start": tomorrow.replace(hour=15).isoformat()})
    assert holds().get().resource == second


def test_without_cookies_the_page_says_so_and_books_nothing(project, tomorrow):
    answer = Client(enforce_csrf_checks=True).post("/book/lightning/hold/", {"start": tomorrow.isoformat()})
    assert answer.status_code == 403
    assert "your browser keeps no cookies" in text(answer)
    assert not holds().exists()


def test_a_project_that_nobody_offers_says_so_in_place_of_a_month(visitor):
    a_project(slug="empty", name="Nobody's")
    page = text(visitor.see("/book/empty/"))
    assert "Nothing can be booked here yet." in page
    assert visitor.see("/book/empty/", seek="next").status_code == 302


def test_a_question_that_asks_nothing_is_a_text_among_the_others(visitor, project, tomorrow):
    Project.objects.update(
        customer_fields={
            "email": {"required": True},
            "about": {"format": "label", "title": "Now about your coat:"},
            "size": {"title": "Size"},
        }
    )
    page = text(visitor.see(visitor.hold(project, tomorrow)))
    assert '<p class="soft" dir="auto">Now about your coat:</p>' in page
    visitor.book(project, tomorrow.replace(hour=15), size="L")
    assert Booking.objects.get().customer.answers == {"size": "L"}


def test_two_resources_that_come_together_are_both_taken(visitor, another, project, doc, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    project.links.create(resource=second, position=1)
    Project.objects.update(availability={"mode": "mutual"})
    page = text(visitor.see("/book/lightning/"))
    assert "Anyone" not in page
    visitor.book(project, tomorrow)
    assert Occupancy.objects.count() == 2
    assert "Somebody else has just taken" in text(another.see(another.pick(project, tomorrow)["Location"]))


def test_two_resources_that_come_together_take_as_long_as_the_one_that_takes_longer(
    visitor, project, tomorrow
):
    second = a_resource(name="Clara Clayton", slug="clara", timezone="Europe/Berlin")
    project.links.create(resource=second, position=1)
    own_terms(project, second, length=timedelta(hours=2))
    Project.objects.update(availability={"mode": "mutual", "timeslot_increments": "1 hour"})
    visitor.book(project, tomorrow)
    assert Booking.objects.get().length == timedelta(hours=2)


@pytest.mark.parametrize(
    "layer", [{"timeslot_increments": "30 minutes"}, {"timeslot_increments": "nonsense"}]
)
def test_what_staff_set_for_the_grid_is_followed_and_what_cannot_be_read_offers_nothing(
    visitor, project, tomorrow, layer
):
    Project.objects.update(availability=layer)
    page = text(visitor.see("/book/lightning/", day=tomorrow.date().isoformat()))
    half_past = tomorrow.replace(minute=30).isoformat()
    assert (f'value="{half_past}"' in page) == (layer["timeslot_increments"] == "30 minutes")


def test_who_comes_without_a_cookie_each_time_is_bound_by_the_client_address(project, tomorrow, settings):
    settings.MAX_HOLDS_PER_ADDRESS = 2
    answers = [Visitor().pick(project, tomorrow + timedelta(hours=number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]


@pytest.mark.parametrize("mode", ["roundrobin_prioritized", "mutual"])
def test_every_time_that_is_offered_instead_can_be_held(visitor, another, project, doc, tomorrow, mode):
    own_terms(project, length=timedelta(minutes=90))
    project.links.create(
        resource=a_resource(name="Clara Clayton", slug="clara", timezone="Europe/Berlin"), position=1
    )
    Project.objects.update(availability={"mode": mode})
    day = tomorrow.date() + timedelta(days=1)
    begin_of_grid = datetime.combine(day, time(), ZoneInfo("Europe/Berlin"))
    start = begin_of_grid.astimezone(UTC)
    form = visitor.hold(project, start, **{"with": "emmett"})
    aged(holds().get())
    another.book(project, start)
    lost = text(visitor.send(form))
    offered = re.findall(r'name="start" value="([^"]+)"', lost)
    assert len(offered) == 3
    for one in offered:
        answer = visitor.client.post(form.replace("/?", "/instead/?"), {"start": one})
        assert answer.status_code == 200, one


@pytest.mark.parametrize("language", ["de", "ar"])
def test_what_is_stored_of_the_answers_is_in_the_sites_language(project, tomorrow, language, settings):
    Site.objects.update_or_create(pk=1, defaults={"language": "en"})
    project.customer_fields = {"name": {}, "email": {}, "terms": {"title": "I agree", "format": "checkbox"}}
    project.save()
    visitor = Visitor()
    visitor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    visitor.book(project, tomorrow, terms="on")
    assert Booking.objects.get().description == "I agree: yes"
