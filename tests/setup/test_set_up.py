"""The first questions in the terminal: what comes of the answers, again and again, and how wrong ones are met."""

import builtins
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings.demo.make import make_demo
from bookings.models import Calendar, DemoRow, Location, Option, Project, Resource, Site, WeeklyHours
from tests.setup.answers import ANSWERS, run_setup
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


def counts():
    models = (Site, User, Resource, Calendar, Project, Option, Location, WeeklyHours)
    return {model.__name__: model._default_manager.count() for model in models}


def test_what_was_answered_stands_in_the_rows(rf):
    told = run_setup(**ANSWERS)
    site = Site.current()
    assert (site.name, site.country, site.timezone, site.currency) == (
        "Salon Anna",
        "DE",
        "Europe/Berlin",
        "EUR",
    )
    assert site.address == "Hauptstr. 1\n10115 Berlin"
    week = {(row.weekday, row.opens, row.closes) for row in site.weeklyhours.all()}
    assert week == {(day, time(9), time(18)) for day in range(5)} | {(5, time(10), time(14))}
    project = Project.objects.get()
    assert [link.resource.name for link in project.links.order_by("position")] == ["Anna", "Ben"]
    assert list(project.customer_fields) == ["name", "email", "phone"]
    assert [one["when"] for one in project.reminders] == [{"type": "before", "unit": "days", "time": 1}]
    option = project.options.get()
    assert (option.length, option.price, option.currency) == (timedelta(minutes=45), Decimal(35), "EUR")
    assert {one.timezone for one in Resource.objects.all()} == {"Europe/Berlin"}
    assert all(one.calendars.filter(primary=True).exists() for one in Resource.objects.all())
    user = authenticate(rf.post("/admin/login/"), username="anna", password=ANSWERS["password"])
    assert user is not None
    assert user.is_superuser
    assert "http://testserver/book/haircut/" in told
    assert "EMAIL_URL" in told


def test_the_first_service_can_be_booked_at_once_with_the_person_of_ones_choice(client):
    run_setup(**ANSWERS)
    day = timezone.localdate() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    page = client.get(f"/book/haircut/?day={date.isoformat(day)}")
    assert page.status_code == 200
    shown = page.content.decode()
    for words in ("Anna", "Ben", "45 minutes", "€35", "09:45"):
        assert words in shown


def test_answering_again_changes_what_was_given_and_doubles_nothing():
    run_setup(**ANSWERS)
    before = counts()
    run_setup(**ANSWERS)
    assert counts() == before
    run_setup(service="Cut and colour", length="1 hour", price="50")
    project = Project.objects.get()
    assert (project.name, project.options.get().length) == ("Cut and colour", timedelta(hours=1))
    assert Site.current().name == "Salon Anna"
    assert counts() == before
    assert authenticated_still()


def test_answered_again_it_speaks_the_sites_language():
    run_setup(**ANSWERS | {"language": "de"})
    with pytest.raises(CommandError, match="Das ist kein Land") as refused:
        run_setup(country="Atlantis")
    assert "This is no country" not in str(refused.value)
    with pytest.raises(CommandError, match="This is no country"):
        run_setup(country="Atlantis", language="en")


def authenticated_still() -> bool:
    return User.objects.get().check_password(ANSWERS["password"])


def test_another_country_brings_its_zone_and_currency_to_all_that_followed_the_old():
    run_setup(**ANSWERS)
    own = a_resource(timezone="Asia/Tokyo")
    told = run_setup(country="US", price="50")
    site = Site.current()
    assert (site.timezone, site.currency, site.language) == ("America/New_York", "USD", "en-us")
    assert set(Resource.objects.exclude(pk=own.pk).values_list("timezone", flat=True)) == {"America/New_York"}
    own.refresh_from_db()
    assert own.timezone == "Asia/Tokyo"
    assert Option.objects.get().currency == "USD"
    assert own.name not in told  # no longer left out: it is answered by default
    run_setup(country="US", zone="America/Chicago", currency="EUR")
    assert (Site.current().timezone, Site.current().currency) == ("America/Chicago", "EUR")


def test_a_week_begins_as_in_the_country_until_another_day_is_given():
    run_setup(**ANSWERS | {"country": "EG"})
    assert (Site.current().week_start, Site.current().weekdays[0]) == ("", 5)
    for typed, first in (("Sonntag", 6), ("mon", 0), ("السبت", 5), ("Sunday", 6)):
        run_setup(**{"week-start": typed})
        assert Site.current().weekdays[0] == first
    run_setup(price="50")
    assert Site.current().week_start == "sunday"
    run_setup(country="DE")
    assert (Site.current().week_start, Site.current().weekdays[0]) == ("", 0)


@pytest.mark.parametrize("typed", ["Tuesday", "never"])
def test_a_day_with_which_no_week_begins_is_refused_under_its_option(typed):
    with pytest.raises(CommandError, match=r"--week-start: A week begins on Monday, Saturday or Sunday\."):
        run_setup(**ANSWERS, **{"week-start": typed})


def test_who_is_not_named_is_left_alone_and_told_of():
    run_setup(**ANSWERS)
    told = run_setup(people="Ben, Cem")
    assert "Anna" in told
    assert Resource.objects.active().count() == 3


@pytest.mark.parametrize(
    ("country", "language", "zone", "currency", "spoken"),
    [
        ("Deutschland", "de", "Europe/Berlin", "EUR", "de"),
        ("Österreich", "German", "Europe/Vienna", "EUR", "de"),
        ("Schweiz", "Deutsch", "Europe/Zurich", "CHF", "de"),
        ("usa", "en", "America/New_York", "USD", "en-us"),
        ("GB", "Englisch", "Europe/London", "GBP", "en"),
        ("مصر", "العربية", "Africa/Cairo", "EGP", "ar"),
        ("kw", "ar", "Asia/Kuwait", "KWD", "ar"),
        ("日本", "en", "Asia/Tokyo", "JPY", "en"),
    ],
)
def test_a_country_is_known_by_many_names_and_all_else_follows(country, language, zone, currency, spoken):
    run_setup(**ANSWERS | {"country": country, "language": language})
    site = Site.current()
    assert (site.timezone, site.currency, site.language) == (zone, currency, spoken)


@pytest.mark.parametrize(
    ("price", "country", "meant"),
    [
        ("35,50", "DE", "35.5"),
        ("€ 35", "DE", "35"),
        ("1.250,00 €", "DE", "1250"),
        ("1,250", "US", "1250"),
        ("1.250", "KW", "1.25"),
        ("1'250.50", "CH", "1250.5"),
        ("٣٥", "EG", "35"),
        ("١٬٢٥٠٫٥", "EG", "1250.5"),
        ("1,25,000", "IN", "125000"),
        ("CHF 35.-", "CH", "35"),
        ("Fr. 35", "CH", "35"),
        ("35 Euro", "DE", "35"),
        ("$35", "CA", "35"),
        ("free", "DE", None),
        ("", "DE", None),
    ],
)
def test_a_price_is_read_as_it_is_meant(price, country, meant):
    run_setup(**ANSWERS | {"price": price, "country": country})
    assert Option.objects.get().price == (Decimal(meant) if meant else None)


def test_everything_that_is_missing_is_named_at_once_and_nothing_is_written():
    with pytest.raises(CommandError) as refused:
        run_setup(name="Salon", hours="Mon 9-99", length="soon", price="much", currency="XXQ")
    said = str(refused.value)
    for option in (
        "language",
        "country",
        "email",
        "login",
        "hours",
        "people",
        "service",
        "length",
        "currency",
    ):
        assert f"--{option}: " in said, option
    assert Site.current().name == "Bookings"
    assert (User.objects.count(), Resource.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password": "12345678"}, "--password: "),
        ({"password": ""}, "--password: This field is required."),
        ({"price": "35.1234"}, "--price: "),
        ({"price": "-5"}, "--price: "),
        ({"price": "1,2,3"}, "--price: "),
        ({"price": "1..2"}, "--price: "),
        ({"price": "0.001"}, "--price: "),
        ({"price": "1.23.45"}, "--price: "),
        ({"price": "$35"}, "--price: "),
        ({"price": "50%"}, "--price: "),
        ({"price": "%00"}, "--price: "),
        ({"price": "1e999"}, "--price: "),
        ({"email": "anna"}, "--email: This is no e-mail address."),
        ({"country": "Atlantis"}, "--country: This is no country."),
        ({"language": "Klingon"}, "--language: This language is not available."),
        ({"people": " , "}, "--people: This field is required."),
        ({"people": "x" * 201}, "--people: A name has 200 letters at most."),
        ({"length": "0"}, "--length: This must be longer than nothing."),
        ({"length": "400 days"}, "--length: This is too long for one booking."),
        ({"zone": "Mars/Olympus"}, "--zone: "),
        ({"login": "an na"}, "--login: "),
        ({"name": "\0"}, "--name: "),
    ],
)
def test_a_wrong_answer_is_refused_in_a_sentence_and_nothing_is_written(wrong, sentence):
    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        run_setup(**ANSWERS | wrong)
    assert sentence in str(refused.value)
    assert not User.objects.exists()
    assert not Resource.objects.exists()


def test_rows_that_staff_made_are_found_by_name_and_another_address_is_taken():
    anna, haircut = a_resource(name="anna", slug="x"), a_project(name="HAIRCUT")
    a_project(name="Other", slug="ben")
    run_setup(**ANSWERS)
    assert Resource.objects.get(name="Anna").pk == anna.pk
    assert Project.objects.get(name="Haircut").pk == haircut.pk
    assert counts()["Project"] == 2


def test_the_demo_stays_or_goes_as_it_is_told():
    make_demo(test=False)
    run_setup(**ANSWERS)
    assert DemoRow.objects.exists()
    assert Project.objects.filter(name="First talk").exists()
    run_setup("--remove-demo")
    assert not DemoRow.objects.exists()
    assert [project.name for project in Project.objects.all()] == ["Haircut"]
    assert [user.username for user in User.objects.all()] == ["anna"]
    assert Site.current().name == "Salon Anna"


def test_a_login_of_the_demo_needs_a_password_of_its_own():
    make_demo(test=False)
    answers = ANSWERS | {"login": "admin"}
    del answers["password"]
    with pytest.raises(CommandError, match="--password: This field is required"):
        run_setup("--remove-demo", **answers)
    run_setup("--remove-demo", **ANSWERS | {"login": "admin"})
    assert User.objects.get().check_password(ANSWERS["password"])


def typing(monkeypatch, *lines):
    typed = iter(lines)

    def answer(prompt=""):
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", answer)


TYPED = [
    ", ".join(value) if name == "people" else "; ".join(value) if isinstance(value, list) else value
    for name, value in ANSWERS.items()
]


def test_twelve_questions_are_asked_and_each_wrong_answer_again(monkeypatch, capsys):
    first, second, third, fourth = TYPED[:2], TYPED[2:5], TYPED[5:7], TYPED[7:]
    fourth = [fourth[0], "9-5", *fourth[1:]]
    typing(monkeypatch, "", *first, "Atlantis", *second, "anna", *third, "12345678", *fourth)
    call_command("setup")
    said = capsys.readouterr().out
    assert [f"\n{number}/12 " in said for number in range(1, 14)] == [True] * 12 + [False]
    for sentence in (
        "What is the business called?",
        "This is no country.",
        "This is no e-mail address.",
        "This password is too common.",
        "Say on which days",
    ):
        assert sentence in said, sentence
    assert Project.objects.get().name == "Haircut"


def test_answers_that_end_too_soon_change_nothing(monkeypatch):
    typing(monkeypatch, *TYPED[:6])
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("setup")
    assert Site.current().name == "Bookings"


def test_asked_again_an_empty_line_keeps_what_is_there(monkeypatch):
    run_setup(**ANSWERS)
    before = counts()
    typing(monkeypatch, "Salon Anna & Ben", *[""] * 12)
    call_command("setup")
    assert counts() == before
    assert Site.current().name == "Salon Anna & Ben"
    assert authenticated_still()


def test_the_questions_go_on_in_the_language_that_was_chosen(monkeypatch, capsys):
    typing(monkeypatch, TYPED[0], "Deutsch", *TYPED[2:])
    call_command("setup")
    assert "Telefon" in capsys.readouterr().out


def test_answering_again_brings_back_no_reminder_that_staff_took_away():
    run_setup(**ANSWERS)
    Project.objects.update(reminders=[])
    run_setup(**ANSWERS)
    assert Project.objects.get().reminders == []


LINK = "https://meet.example.org/salon"


def meeting() -> str:
    return Project.objects.get().booking.get("meeting", "none")


def links() -> dict[str, str]:
    return dict(Resource.objects.live().values_list("name", "meeting_url"))


def test_bookings_meet_online_where_it_is_answered_and_what_is_missing_for_it_is_named(settings):
    settings.JITSI_URL = "https://jitsi.example.org"
    assert "Video meetings" not in run_setup(**ANSWERS)
    assert meeting() == "none"
    told = run_setup(meeting="calendar")
    assert "Video meetings with Anna, Ben get no link yet." in told
    assert "Connect a Google or Microsoft 365 calendar" in told
    for word, meant in (("Jitsi", "jitsi"), ("NONE", "none")):
        assert "Video meetings" not in run_setup(meeting=word)
        assert meeting() == meant


def test_a_fixed_link_is_everybodys_who_is_named_and_may_be_changed_for_each():
    run_setup(**ANSWERS, **{"meeting-url": LINK})  # the link alone says so
    assert (meeting(), links()) == ("fixed", {"Anna": LINK, "Ben": LINK})
    run_setup(people="Anna, Ben, Cem")
    assert links()["Cem"] == LINK
    Resource.objects.filter(name="Ben").update(meeting_url="https://meet.example.org/ben")
    run_setup(price="50")
    assert (meeting(), links()["Ben"]) == ("fixed", "https://meet.example.org/ben")
    with pytest.raises(CommandError, match="--meeting-url: Write a whole address"):
        run_setup(people="Anna, Dora")
    run_setup(meeting="none")
    assert (meeting(), links()["Anna"]) == ("none", LINK)


def test_answering_again_leaves_a_meeting_that_staff_chose_as_it_is():
    a_project(name="Haircut", booking={"graph": "instant", "meeting": "calendar"})
    run_setup(**ANSWERS)
    assert Project.objects.get().booking == {"graph": "instant", "meeting": "calendar"}
    run_setup(**ANSWERS, meeting="none")
    assert Project.objects.get().booking == {"graph": "instant", "meeting": "none"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"meeting": "zoom"}, "--meeting: Use none, calendar, jitsi or fixed."),
        ({"meeting": "jitsi"}, "--meeting: Set JITSI_URL in .env first"),
        ({"meeting": "fixed"}, "--meeting-url: Write a whole address that begins with https://."),
        ({"meeting-url": "http://meet.example.org"}, "--meeting-url: Write a whole address"),
        ({"meeting": "fixed", "meeting-url": "javascript:alert(1)"}, "--meeting-url: Write a whole address"),
        ({"meeting": "calendar", "meeting-url": LINK}, "--meeting-url: This is for video meetings at"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_under_its_option(wrong, sentence, settings):
    settings.JITSI_URL = ""
    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        run_setup(**ANSWERS | wrong)
    assert str(refused.value).count("--meeting") == 1
    assert sentence in str(refused.value)
    assert not Resource.objects.exists()
