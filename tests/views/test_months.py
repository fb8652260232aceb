"""The month table: which days lead where, in the order in which a locale reads them."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from bookings.models import Project, Site, WeeklyHours
from bookings.templatetags.days import day_of_calendar
from bookings.views.choose.months import Month, amount, neighbour, table
from tests.situations import a_booking, a_resource


@pytest.fixture
def march():
    with translation.override("en"):
        yield Month(
            year=2027,
            number=3,
            today=date(2027, 3, 9),
            free={date(2027, 3, 1): 4, date(2027, 3, 16): 6},
            full={date(2027, 3, 11)},
            chosen=date(2027, 3, 16),
            weekdays=range(7),
        )


def cells(month):
    weeks = table(month, lambda day: f"?day={day}")["weeks"]
    return {cell["number"]: cell for week in weeks for cell in week if cell}


def test_each_day_says_what_it_offers(march):
    kinds = {number: cell["kind"] for number, cell in cells(march).items()}
    assert kinds[1] == "past"
    assert kinds[9] == "none"
    assert kinds[11] == "full"
    assert kinds[16] == "free"


def test_a_day_knows_its_url_and_its_whole_date(march):
    assert cells(march)[16] == {
        "number": 16,
        "href": "?day=2027-03-16",
        "kind": "free",
        "classes": "day day--free day--some",
        "amount": "some",
        "free": 6,
        "month": "",
        "chosen": True,
        "full": "Tuesday 16 March 2027",
        "said": "Tuesday 16 March 2027, 6 times free",
    }


def test_who_listens_is_told_what_is_seen(march):
    said = {number: cell["said"] for number, cell in cells(replace(march, free={march.today: 1})).items()}
    assert said[1] == "Monday 1 March 2027, past"
    assert said[9] == "Tuesday 9 March 2027, today, 1 time free"
    assert said[11] == "Thursday 11 March 2027, booked out"
    assert said[16] == "Tuesday 16 March 2027, nothing offered"
    assert cells(replace(march, free={march.today: 1}))[9]["classes"] == "day day--free day--few day--today"


def test_only_a_day_on_which_something_is_offered_or_was_leads_anywhere(march):
    leads = {cell["kind"]: bool(cell["href"]) for cell in cells(march).values()}
    assert leads == {"past": False, "none": False, "full": True, "free": True}


@pytest.mark.parametrize(
    ("free", "strokes"), [(1, "few"), (3, "few"), (4, "some"), (7, "some"), (8, "many"), (40, "many")]
)
def test_how_much_is_left_is_told_by_one_to_three_strokes(free, strokes):
    assert amount(free) == strokes


def test_days_of_other_months_are_empty_cells(march):
    last = table(march, str)["weeks"][-1]
    assert [cell and cell["number"] for cell in last] == [29, 30, 31, None, None, None, None]


@pytest.fixture
def end_of_november():
    """Saturday the 28th: two days are left."""
    with translation.override("en"):
        yield Month(
            year=2026,
            number=11,
            today=date(2026, 11, 28),
            free={date(2026, 11, 30): 3, date(2026, 12, 5): 2},
            weekdays=range(7),
        )


def test_where_little_of_the_month_is_left_it_begins_with_this_week_and_goes_on(end_of_november):
    shown = table(end_of_november, lambda day: f"?day={day}")
    days = [day["full"] for week in shown["weeks"] for day in week]
    assert len(shown["weeks"]) == 5
    assert (days[0], days[-1]) == ("Monday 23 November 2026", "Sunday 27 December 2026")
    assert (shown["name"], shown["year"]) == ("Nov – Dec", "2026")
    kinds = {day["full"]: day["kind"] for week in shown["weeks"] for day in week}
    assert kinds["Friday 27 November 2026"] == "past"
    assert kinds["Saturday 5 December 2026"] == "free"
    assert kinds["Sunday 6 December 2026"] == "none"


@pytest.mark.parametrize(
    ("today", "name", "first", "last"),
    [
        (date(2026, 11, 17), "November", 1, 30),  # two weeks are left
        (date(2026, 11, 18), "Nov – Dec", 16, 20),
        (date(2026, 12, 31), "Dec 2026 – Jan", 28, 31),
        (date(2026, 1, 31), "Jan – Feb", 26, 28),  # and not into a third month
    ],
)
def test_with_less_than_two_weeks_left_the_next_month_is_shown_along(today, name, first, last):
    with translation.override("en"):
        month = Month(year=today.year, number=today.month, today=today, free={}, weekdays=range(7))
        days = [day for week in month.weeks for day in week if day]
    assert (month.name, days[0].day, days[-1].day) == (name, first, last)


@pytest.mark.parametrize(
    ("begin", "name", "first", "last"),
    [
        (date(2027, 3, 1), "Mar – Apr", 1, 4),
        (date(2027, 3, 17), "Mar – Apr", 15, 18),
        (date(2027, 3, 31), "Mar – Apr", 29, 30),  # and not into a third month
    ],
)
def test_from_a_day_on_five_weeks_are_shown_as_far_as_the_next_month(march, begin, name, first, last):
    month = replace(march, begin=begin)
    days = [day for week in month.weeks for day in week if day]
    assert (month.name, days[0].day, days[-1].day, len(month.weeks)) == (name, first, last, 5)
    named = {cell["full"]: cell["month"] for cell in cells(month).values() if cell["month"]}
    assert "Apr" in named.values()


@pytest.mark.django_db
def test_the_page_opens_at_five_weeks_and_stays_there_while_a_day_or_somebody_is_chosen(visitor, project):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)

    def shown(answer):
        return [day and day["full"] for week in answer.context["month"]["weeks"] for day in week]

    opened = visitor.see("/book/lightning/")
    assert len(shown(opened)) == 35
    assert opened.context["day"]["free"]
    days = [day for week in opened.context["month"]["weeks"] for day in week if day and day["kind"] == "free"]
    for href in (days[-1]["href"], opened.context["people"][2]["href"]):
        assert shown(visitor.see(unescape(href))) == shown(opened)
    assert visitor.see(unescape(days[-1]["href"])).context["day"]["free"] == days[-1]["free"]
    following = visitor.see(unescape(opened.context["month"]["next"]["href"]))
    assert following.context["month"]["name"] == opened.context["month"]["next"]["label"].rpartition(" ")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("begin", ["nonsense", "1999-01-01", "9999-12-31", "", "2026-02-30"])
def test_weeks_that_cannot_be_begin_with_the_month_instead(visitor, project, begin):
    month = f"{timezone.now() + timedelta(days=70):%Y-%m}"
    page = visitor.see("/book/lightning/", month=month, **{"from": begin})
    assert (
        page.context["month"]["weeks"]
        == visitor.see("/book/lightning/", month=month).context["month"]["weeks"]
    )


def test_another_month_than_the_present_one_is_shown_whole(end_of_november):
    december = replace(end_of_november, number=12)
    assert (december.name, december.weeks[0][0], december.weeks[0][1]) == (
        "December",
        None,
        date(2026, 12, 1),
    )


@pytest.mark.django_db
def test_what_a_months_end_shows_of_the_next_month_is_as_free_as_there(visitor, project, mondays):
    """Also where the month is asked for: no day is told as having nothing for want of a look."""
    answer = visitor.see("/book/lightning/", month=f"{timezone.now():%Y-%m}")
    shown = {
        day["full"]: (day["kind"], day["free"])
        for week in answer.context["month"]["weeks"]
        for day in week
        if day and day["kind"] != "past"
    }
    year, number = neighbour(timezone.now().year, timezone.now().month, 1)
    following = visitor.see("/book/lightning/", month=f"{year}-{number:02}").context["month"]["weeks"]
    there = {day["full"]: (day["kind"], day["free"]) for week in following for day in week if day}
    both = shown.keys() & there.keys()
    assert {day: shown[day] for day in both} == {day: there[day] for day in both}


@pytest.mark.parametrize(
    ("first", "named", "first_monday"),
    [(0, "Monday", (0, 0)), (6, "Sunday", (0, 1)), (5, "Saturday", (0, 2)), (1, "Tuesday", (0, 6))],
)
def test_the_columns_begin_with_the_first_weekday(march, first, named, first_monday):
    shown = table(replace(march, weekdays=[(first + step) % 7 for step in range(7)]), str)
    assert shown["weekdays"][0]["long"] == named
    week, column = first_monday
    assert shown["weeks"][week][column]["number"] == 1


def heads(page):
    return re.findall(r'<th scope="col" abbr="(\w+)"', page.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("site", "language", "first", "letters"),
    [
        ({}, "en", "Monday", "MoTuWe"),
        ({}, "ar", "الأحد", "حنث"),
        ({"country": "EG"}, "ar", "السبت", "سحن"),
        ({"country": "EG"}, "de", "Samstag", "SaSoMo"),
        ({"country": "EG", "week_start": "sunday"}, "de", "Sonntag", "SoMoDi"),
        ({"week_start": "monday"}, "ar", "الاثنين", "نثر"),
        ({"week_start": "saturday"}, "en", "Saturday", "SaSuMo"),
    ],
)
def test_month_and_cards_begin_with_the_sites_first_weekday(
    visitor, project, tomorrow, site, language, first, letters
):
    Site.objects.update_or_create(pk=1, defaults=site)
    assert heads(visitor.see("/book/lightning/", lang=language))[0] == first
    page = visitor.see(visitor.book(project, tomorrow), lang=language).content.decode()
    card = re.search(r'<div class="week" aria-hidden="true">(.*?)</div>', page, re.S)[1]
    assert "".join(re.findall(r">(\w+)<small>", card)).startswith(letters)
    assert card.count("week__on") == 1


@pytest.mark.parametrize(
    ("step", "found"), [(1, (2027, 4)), (-3, (2026, 12)), (10, (2028, 1)), (0, (2027, 3))]
)
def test_neighbours_cross_the_year(step, found):
    assert neighbour(2027, 3, step) == found


def test_the_present_month_has_nothing_before_it(march):
    assert march.is_first


@pytest.mark.django_db
def test_the_last_month_that_is_shown_has_nothing_after_it(visitor, project):
    page = visitor.see("/book/lightning/", month="2099-01").content.decode()
    assert "No later month" in page
    assert "No later month" not in visitor.see("/book/lightning/").content.decode()


@pytest.fixture
def mondays(doc, project):
    """The doctor is in on Mondays alone."""
    WeeklyHours.objects.create(resource=doc, weekday=0, opens="09:00", closes="10:00")


def last_monday():
    """Of the month after next."""
    year, number = neighbour(timezone.now().year, timezone.now().month, 3)
    last = date(year, number, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())


@pytest.mark.django_db
def test_a_day_without_times_leads_to_the_next_that_has_some(visitor, project, mondays):
    day = last_monday() - timedelta(days=1)
    start = datetime.combine(last_monday(), time(9), ZoneInfo("Europe/Berlin"))
    words = date_format(last_monday(), "SHORT_DAY_FORMAT")
    page = visitor.see("/book/lightning/", day=day.isoformat()).content.decode()
    assert f"Next free times: {words}" in page
    button = re.search(r'<button class="take" name="start"\s+value="([^"]+)">([^<]+)', page)
    assert datetime.fromisoformat(button[1]) == start
    assert button[2] == f"Next free: {words}, 09:00"


@pytest.mark.django_db
def test_after_the_months_last_free_day_the_next_month_is_offered(visitor, project, mondays):
    full = last_monday()
    a_booking(project.resources.get(), datetime.combine(full, time(9), ZoneInfo("Europe/Berlin")))
    page = visitor.see("/book/lightning/", day=full.isoformat()).content.decode()
    assert "Next free times: " in page, "the week after is looked at, too"
    days = [(full + timedelta(days=number)).isoformat() for number in (1, 10)]
    Project.objects.update(availability_constraints=[{"block_period": {"start": days[0], "end": days[1]}}])
    page = visitor.see("/book/lightning/", day=full.isoformat()).content.decode()
    href = unescape(re.search('href="([^"]*)"[^>]*>Next month with free times', page)[1])
    assert f"day={full + timedelta(days=14)}" in visitor.see(href)["Location"]


@pytest.mark.django_db
def test_a_month_without_times_asks_for_no_day(visitor, project, doc):
    WeeklyHours.objects.create(resource=doc, weekday=0, opens="09:00", closes="09:30")
    page = visitor.open("/book/lightning/").content.decode()
    assert page.count("No times are free in ") == 2  # shown, and told
    assert "Choose a day" not in page
    assert 'class="vh">Times</h2>' in page


@pytest.mark.django_db
def test_a_day_of_an_empty_month_that_leads_on_is_the_only_way_on(visitor, project, mondays):
    """The week after the month is looked at along with it, so its days can be led to."""
    month = last_monday()
    first = month + timedelta(days=7)
    block = {"block_period": {"start": month.replace(day=1).isoformat(), "end": first.isoformat()}}
    Project.objects.update(availability_constraints=[block])
    page = visitor.see("/book/lightning/", month=f"{month:%Y-%m}", day=month.isoformat()).content.decode()
    assert "No times are free in" in page
    assert f"Next free times: {date_format(first, 'SHORT_DAY_FORMAT')}" in page
    assert "Next month with free times" not in page


@pytest.mark.django_db
def test_where_no_later_month_has_times_the_month_says_so_in_place_of_the_button(visitor, project, doc):
    WeeklyHours.objects.create(resource=doc, weekday=0, opens="09:00", closes="09:30")
    page = visitor.open("/book/lightning/?seek=next").content.decode()
    month = re.search('class="plan__days".*?</section>', page, re.DOTALL)[0]
    assert "Nothing is free in the half year after this month." in month
    assert "Next month with free times" not in page
    assert re.search('data-say="No times are free in [^"]* Nothing is free in the half year', page)


@pytest.mark.django_db
def test_where_nothing_is_free_after_a_day_the_day_says_so_in_place_of_the_button(visitor, project, mondays):
    day = last_monday()
    a_booking(project.resources.get(), datetime.combine(day, time(9), ZoneInfo("Europe/Berlin")))
    closing = (day + timedelta(days=1)).isoformat()
    block = {"block_period": {"start": closing, "end": f"{day.year + 2}-01-01"}}
    Project.objects.update(availability_constraints=[block])
    found = visitor.see("/book/lightning/", day=day.isoformat(), seek="next")["Location"]
    page = visitor.see(found).content.decode()
    assert page.count("Nothing is free in the half year after this month.") == 2  # shown, and told
    assert "Next month with free times" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?day=2020-01-01", "?zone=Asia/Tokyo"])
def test_without_a_day_the_page_opens_at_the_next_free_day_in_whichever_month(
    visitor, project, mondays, query
):
    """Never with a month in which nothing is free."""
    free = last_monday()
    block = {"block_period": {"start": timezone.now().date().isoformat(), "end": free.isoformat()}}
    Project.objects.update(availability_constraints=[block])
    page = visitor.open(f"/book/lightning/{query}").content.decode()
    words = date_format(free, "SHORT_DAY_FORMAT")
    assert f'<h2 id="day" tabindex="-1">{words}</h2>' in page
    assert 'class="time"' in page
    assert "No times are free" not in page


@pytest.mark.django_db
def test_a_month_that_is_asked_for_is_shown_though_nothing_is_free_in_it(visitor, project, mondays):
    block = {"block_period": {"start": timezone.now().date().isoformat(), "end": last_monday().isoformat()}}
    Project.objects.update(availability_constraints=[block])
    page = visitor.see("/book/lightning/", month=f"{timezone.now():%Y-%m}").content.decode()
    assert "No times are free in" in page
    assert "Next month with free times" in page


def test_nothing_that_a_day_says_is_markup():
    wild = '"><script>'
    said = {
        "weekday": wild,
        "month": wild,
        "classes": wild,
        "href": wild,
        "said": wild,
        "number": 9,
        "amount": "few",
    }
    assert "<script>" not in day_of_calendar(said)
    assert day_of_calendar(said).count("&lt;script&gt;") == 5


def test_a_day_leads_somewhere_only_where_it_has_an_address():
    plain = {"classes": "day", "href": "", "said": "9 March, past", "number": 9, "amount": ""}
    assert day_of_calendar(plain).startswith('<span class="day">')
    chosen = day_of_calendar(plain | {"href": "/?day=9", "chosen": True})
    assert chosen.startswith('<a class="day" href="/?day=9" rel="nofollow" aria-current="true">')
