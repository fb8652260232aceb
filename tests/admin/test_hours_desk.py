"""Weekly hours at the desk: for several days at once, or taken over from a resource; without any script."""

import re
from datetime import time
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.admin.fields.clock_ranges import ClockRangesField
from bookings.admin.week_in_words import week_in_words
from bookings.models import Resource, Site, WeeklyHours
from tests.admin.conftest import text_of, values_of
from tests.situations import a_location, a_project, a_resource

pytestmark = pytest.mark.django_db
MORE = "weeklyhours-more"
NINE_TO_SIX = (time(9), time(18))


def url(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def save(client: Client, row: Any, **changes: Any) -> Any:
    return client.post(url(row), values_of(client.get(url(row))) | changes)


def week_of(row: Any) -> list[tuple[int, time, time]]:
    return list(row.weeklyhours.values_list("weekday", "opens", "closes"))


def open_on(row: Any, *days: int, opens: time = time(9), closes: time = time(18)) -> Any:
    for day in days:
        row.weeklyhours.create(weekday=day, opens=opens, closes=closes)
    return row


OWNERS = {
    "resource": a_resource,
    "location": a_location,
    "project": lambda: a_project(a_resource()),
    "site": Site.current,
}


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_several_ranges_are_added_to_the_ticked_days_wherever_hours_are_kept(manager, owner):
    row = owner()
    typed = {f"{MORE}-days": ["0", "1", "4"], f"{MORE}-ranges": "9–12, 13:30-18"}
    assert save(manager, row, **typed).status_code == 302
    ranges = [(time(9), time(12)), (time(13, 30), time(18))]
    assert week_of(row) == [(day, *each) for day in (0, 1, 4) for each in ranges]
    assert f'name="{MORE}-days"' in text_of(manager.get(url(row)))


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_a_week_is_taken_over_as_a_copy(manager, owner):
    row, source = owner(), open_on(a_resource(), 0, 1)
    open_on(row, 6)
    assert save(manager, row, **{f"{MORE}-copied": str(source.pk)}).status_code == 302
    assert week_of(row) == [(0, *NINE_TO_SIX), (1, *NINE_TO_SIX)]
    source.weeklyhours.all().delete()
    assert len(week_of(row)) == 2


def test_a_new_resource_gets_its_week_from_another_and_a_day_besides(manager):
    source = open_on(a_resource(), 0)
    add = reverse("admin:bookings_resource_add")
    typed = {f"{MORE}-copied": str(source.pk), f"{MORE}-days": ["5"], f"{MORE}-ranges": "10-14"}
    assert manager.post(add, values_of(manager.get(add)) | {"name": "Room"} | typed).status_code == 302
    room = Resource.objects.get(name="Room")
    assert week_of(room) == [(0, *NINE_TO_SIX), (5, time(10), time(14))]
    assert week_of(source) == [(0, *NINE_TO_SIX)]


def test_what_is_open_already_is_not_added_twice(manager):
    row = open_on(a_resource(), 0)
    assert (
        save(manager, row, **{f"{MORE}-days": ["0", "1"], f"{MORE}-ranges": "9-18, 9-18"}).status_code == 302
    )
    assert week_of(row) == [(0, *NINE_TO_SIX), (1, *NINE_TO_SIX)]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"days": ["0"]}, "ranges"),
        ({"ranges": "9-18"}, "days"),
        ({"days": ["0"], "ranges": "all day"}, "ranges"),
        ({"days": ["7"], "ranges": "9-18"}, "days"),
        ({"copied": "nobody"}, "copied"),
    ],
    ids=str,
)
def test_hours_that_cannot_be_added_are_refused_beside_their_field_and_nothing_is_lost(manager, typed, field):
    open_on(a_resource(), 0)  # somebody whose week could be taken over
    row = a_resource()
    sent = {f"{MORE}-{name}": value for name, value in typed.items()}
    answer = save(manager, row, name="Another", **sent)
    formsets = answer.context["inline_admin_formsets"]
    more = next(one.formset.more for one in formsets if one.formset.prefix == "weeklyhours")
    assert list(more.errors) == [field]
    shown = values_of(answer)
    assert shown["name"] == "Another"
    assert shown[f"{MORE}-ranges"] == typed.get("ranges", "")
    assert week_of(row) == []


def a_member(*codenames: str) -> Client:
    user = User.objects.create_user("member", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_who_sees_no_resources_takes_over_no_hours_of_theirs():
    source, place = open_on(a_resource(name="Secret"), 0), a_location()
    member = a_member("view_location", "change_location", "view_weeklyhours", "add_weeklyhours")
    assert "Secret" not in text_of(member.get(url(place)))
    answer = save(member, place, **{f"{MORE}-copied": str(source.pk)})
    assert answer.status_code == 200
    assert week_of(place) == []


def test_whom_a_member_of_staff_may_not_see_is_no_source(manager, monkeypatch):
    hidden, seen, place = open_on(a_resource(name="Secret"), 0), open_on(a_resource(), 1), a_location()
    desk = django_admin.site.get_model_admin(Resource)
    monkeypatch.setattr(desk, "get_queryset", lambda request: Resource.objects.filter(pk=seen.pk))
    assert "Secret" not in text_of(manager.get(url(place)))
    assert save(manager, place, **{f"{MORE}-copied": str(hidden.pk)}).status_code == 200
    assert save(manager, place, **{f"{MORE}-copied": str(seen.pk)}).status_code == 302
    assert week_of(place) == [(1, *NINE_TO_SIX)]


def test_who_may_not_add_hours_adds_none_by_this_way_either():
    place = a_location()
    member = a_member("view_location", "change_location", "view_weeklyhours")
    sent = {f"{MORE}-days": ["0"], f"{MORE}-ranges": "9-18"}
    assert MORE not in text_of(member.get(url(place)))
    assert save(member, place, **sent).status_code == 302
    assert week_of(place) == []


def test_who_may_not_delete_hours_replaces_none():
    source, place = open_on(a_resource(), 0), open_on(a_location(), 6)
    may = ("view_location", "change_location", "view_weeklyhours", "add_weeklyhours", "view_resource")
    member = a_member(*may)
    assert save(member, place, **{f"{MORE}-copied": str(source.pk)}).status_code == 200
    assert week_of(place) == [(6, *NINE_TO_SIX)]


def test_who_may_only_look_is_offered_no_form(desk):
    assert MORE not in text_of(desk.get(url(a_resource())))


def test_a_resource_without_hours_says_whose_count(manager):
    place = a_location(name="Courthouse")
    resource = a_resource(location=place)
    assert "None: open day and night." in text_of(manager.get(url(resource)))
    open_on(Site.current(), 0)
    assert "None: as Bookings has them, Mon 09:00–18:00." in text_of(manager.get(url(resource)))
    open_on(place, 0, 1, 2, 5)
    assert "None: as Courthouse has them, Mon–Wed 09:00–18:00; Sat 09:00–18:00." in text_of(
        manager.get(url(resource))
    )
    assert "None:" not in text_of(manager.get(url(open_on(resource, 3))))


def test_what_was_added_stands_in_the_history(manager):
    row = a_resource()
    save(manager, row, **{f"{MORE}-days": ["0"], f"{MORE}-ranges": "9-18"})
    history = text_of(manager.get(reverse("admin:bookings_resource_history", args=[row.pk])))
    assert "Monday 09:00–18:00" in history


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9-18", [(9, 0, 18, 0)]),
        ("09:00–12:30 , 13.30 – 18", [(9, 0, 12, 30), (13, 30, 18, 0)]),
        ("9am to 5:30 pm", [(9, 0, 17, 30)]),
        ("12am-12pm", [(0, 0, 12, 0)]),
        ("22–24; 0–2", [(22, 0, 0, 0), (0, 0, 2, 0)]),
        ("9 bis 12 und 14 bis 18", [(9, 0, 12, 0), (14, 0, 18, 0)]),
        ("\u200e9\u2013\u202c18", [(9, 0, 18, 0)]),
        ("٩–١٧", [(9, 0, 17, 0)]),
        ("", []),
    ],
)
def test_hours_are_read_as_people_type_them(typed, read):
    kept = ClockRangesField(required=False).clean(typed)
    assert [(one.hour, one.minute, two.hour, two.minute) for one, two in kept] == read


@pytest.mark.parametrize(
    "typed", ["9", "9-25", "9-18:75", "13pm-14", "9-12 13-18", "24:30-2", "open", "9-" * 90]
)
def test_what_is_no_range_of_hours_is_refused(typed):
    field = ClockRangesField(required=False)
    with pytest.raises(Exception, match=r"Write hours like|at most 200"):
        field.clean(typed)


def test_a_week_is_told_in_a_line():
    def row(day: int, opens: int, closes: int) -> WeeklyHours:
        return WeeklyHours(weekday=day, opens=time(opens), closes=time(closes))

    week = [row(day, opens, opens + 3) for day in (0, 1, 2, 4) for opens in (14, 9)] + [
        row(5, 9, 12),
        row(6, 9, 12),
    ]
    said = "Mon–Wed 09:00–12:00, 14:00–17:00; Fri 09:00–12:00, 14:00–17:00; Sat, Sun 09:00–12:00"
    with translation.override("en-gb"):
        assert week_in_words(week) == said
    assert week_in_words([]) == ""


def test_a_week_that_begins_elsewhere_is_told_from_there():
    week = [WeeklyHours(weekday=day, opens=time(9), closes=time(17)) for day in (6, 0, 1, 2, 3, 5)]
    with translation.override("en-gb"):
        assert week_in_words(week, [6, 0, 1, 2, 3, 4, 5]) == "Sun–Thu 09:00–17:00; Sat 09:00–17:00"
        assert week_in_words(week, [5, 6, 0, 1, 2, 3, 4]) == "Sat–Thu 09:00–17:00"


def test_the_days_of_a_week_stand_as_the_site_begins_it(manager):
    doc = a_resource()
    open_on(Site.current(), 5, 6, 0)
    for first, said in (("saturday", "Sat–Mon 09:00–18:00"), ("monday", "Mon 09:00–18:00; Sat, Sun")):
        Site.objects.update(week_start=first)
        assert said in text_of(manager.get(url(doc)))
        shown = text_of(manager.get(url(Site.current())))
        boxes = re.findall(r'name="weeklyhours-more-days" value="(\d)"', shown)
        options = re.findall(r'<option value="(\d)"', shown.partition("id_weeklyhours-0-weekday")[2])[:7]
        rows = [values_of(manager.get(url(Site.current())))[f"weeklyhours-{row}-weekday"] for row in (0, 1)]
        order = [str(day) for day in Site(week_start=first).weekdays]
        assert boxes == options == order
        assert rows == sorted(rows, key=order.index)
