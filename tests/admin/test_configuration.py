"""Resources, places and the site, as managers keep them; and what every page of the desk says."""

import re
from datetime import time, timedelta

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.admin.outbox import KINDS
from bookings.availability.why_not_offered import NO_WAY_TO_PAY
from bookings.management.sending import HANDLERS
from bookings.models import OutboxMessage, Project, Resource, Site, WeeklyHours
from bookings.models.outbox import TEST_DELIVERY, TEST_WEBHOOK
from tests.admin.conftest import logged_in, text_of, values_of
from tests.situations import a_booking, a_location, a_project, a_resource, at

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
OUTBOX = reverse("admin:bookings_outboxmessage_changelist")


def change(model: str, row: object) -> str:
    return reverse(f"admin:bookings_{model}_change", args=[row.pk])


def test_a_new_resource_gets_its_week_and_the_calendar_that_takes_its_bookings(manager):
    add = reverse("admin:bookings_resource_add")
    values = values_of(manager.get(add)) | {"name": "Room", "slug": "room", "timezone": "Europe/Berlin"}
    prefix = next(name for name in values if name.endswith("-TOTAL_FORMS") and "weekly" in name)
    prefix = prefix.removesuffix("-TOTAL_FORMS")
    week = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-0-weekday": "0"}
    week |= {f"{prefix}-0-opens": "09:00", f"{prefix}-0-closes": "17:00"}
    assert manager.post(add, values | week).status_code == 302
    room = Resource.objects.get(slug="room")
    assert room.calendars.get().primary
    assert [(row.opens, row.closes) for row in room.weeklyhours.all()] == [(time(9), time(17))]


def test_a_second_primary_calendar_is_refused_in_words(manager):
    resource = a_resource()
    values = values_of(manager.get(change("resource", resource)))
    more = {"calendars-TOTAL_FORMS": "2", "calendars-1-name": "Other", "calendars-1-primary": "on"}
    assert "One calendar can be the primary one." in text_of(
        manager.post(change("resource", resource), values | more)
    )


@override_settings(MAIL_IS_SET_UP=True)  # without it each page looks what becomes of mail
def test_the_resources_of_projects_are_listed_with_one_query(manager, django_assert_max_num_queries):
    a_project(*(a_resource() for _each in range(9)))
    with django_assert_max_num_queries(11):
        assert manager.get(reverse("admin:bookings_projectresource_changelist")).status_code == 200


@pytest.mark.parametrize("sent", ["zzz", "00000000-0000-4000-8000-000000000000"])
def test_a_resource_that_does_not_exist_is_refused_beside_its_row(manager, sent):
    project = a_project(a_resource())
    values = values_of(manager.get(change("project", project))) | {"links-0-resource": sent}
    answer = manager.post(change("project", project), values)
    assert answer.status_code == 200
    formsets = answer.context["inline_admin_formsets"]
    links = next(one.formset for one in formsets if one.formset.prefix == "links")
    assert list(links.errors[0]) == ["resource"]


def test_an_unknown_zone_is_refused(manager):
    location = a_location()
    values = values_of(manager.get(change("location", location))) | {"timezone": "Europe/Nowhere"}
    assert "Select a valid choice" in text_of(manager.post(change("location", location), values))


UNKEPT = ["[1]", "{", '{"a": ' + "9" * 5000 + "}", '{"a": ' + "[" * 3000, '{"a": NaN}', '{"a": 1e400}']


@pytest.mark.parametrize("data", [*UNKEPT, r'{"a": "\u0000"}', r'{"\ud800": 1}'])
def test_data_for_programs_that_cannot_be_kept_is_refused_beside_its_field(manager, data):
    location = a_location()
    values = values_of(manager.get(change("location", location))) | {"meta": data}
    answer = manager.post(change("location", location), values)
    assert list(answer.context["adminform"].form.errors) == ["meta"]
    assert values_of(answer)["meta"] == data
    kept = values_of(manager.get(change("location", location))) | {"meta": r'{"a": "\\u0000 is NUL"}'}
    assert manager.post(change("location", location), kept).status_code == 302


def test_saving_an_untouched_resource_changes_nothing(manager):
    limits = [{"allow_hours": {"start": 9, "end": 17}}, {"block_weekends": {}}]
    resource = a_resource(availability_constraints=limits, tags=["blue"], meta={"x": [1, 2]})
    before = Resource.objects.filter(pk=resource.pk).values().get()
    page = change("resource", resource)
    assert manager.post(page, values_of(manager.get(page))).status_code == 302
    after = Resource.objects.filter(pk=resource.pk).values().get()
    assert after | {"updated_at": None} == before | {"updated_at": None}


def test_a_booked_resource_is_retired_and_not_deleted(manager):
    resource = a_resource()
    a_booking(resource, at(9))
    delete = reverse("admin:bookings_resource_delete", args=[resource.pk])
    assert manager.post(delete, {"post": "yes"}).status_code == 403
    chosen = {"action": "retire", "_selected_action": str(resource.pk)}
    manager.post(reverse("admin:bookings_resource_changelist"), chosen)
    assert not Resource.objects.active().exists()


def test_the_site_is_one_row_that_can_neither_be_added_nor_deleted(manager):
    response = manager.get(reverse("admin:bookings_site_changelist"))
    assert response.url == change("site", Site.current())
    assert manager.get(reverse("admin:bookings_site_add")).status_code == 403
    values = values_of(manager.get(response.url)) | {"name": "Barber"}
    assert manager.post(response.url, values).status_code == 302
    assert Site.current().name == "Barber"


def test_staff_without_the_right_change_no_hours(desk):
    resource = a_resource()
    assert desk.get(change("resource", resource)).status_code == 200
    assert desk.post(change("resource", resource), {"name": "Mine"}).status_code == 403


def test_every_page_says_that_mail_is_not_set_up_and_how_many_wait(desk):
    a_booking(a_resource(), at(9))
    waiting = OutboxMessage.objects.filter(kind="mail").count()
    for page in (INDEX, reverse("admin:bookings_booking_changelist")):
        with override_settings(MAIL_IS_SET_UP=False):
            assert f"no mail is being sent, {waiting} wait" in text_of(desk.get(page))
        with override_settings(MAIL_IS_SET_UP=True):
            assert "no mail is being sent" not in text_of(desk.get(page))


def test_the_login_page_tells_no_numbers(client, db):
    with override_settings(MAIL_IS_SET_UP=False):
        assert "no mail is being sent" not in text_of(client.get(reverse("admin:login")))


def test_staff_log_in_through_a_local_socket_too(db):
    User.objects.create_user("desk", password="a long password", is_staff=True)
    typed = {"username": "desk", "password": "wrong"}
    behind_a_socket = Client(REMOTE_ADDR="")
    assert behind_a_socket.post(reverse("admin:login"), typed).status_code == 200
    answer = behind_a_socket.post(reverse("admin:login"), typed | {"password": "a long password"})
    assert answer.status_code == 302


@pytest.mark.parametrize(("first", "number"), [("", 6), ("sunday", 0), ("monday", 1), ("saturday", 6)])
def test_a_manager_says_when_weeks_begin_and_the_calendars_beside_dates_follow(manager, first, number):
    Site.objects.update_or_create(pk=1, defaults={"country": "EG"})
    page = change("site", Site.current())
    values = values_of(manager.get(page))
    assert values["week_start"] == ""
    assert manager.post(page, values | {"week_start": first}).status_code == 302
    assert Site.current().week_start == first
    words = manager.get(reverse("admin:jsi18n")).content.decode()
    assert f'"FIRST_DAY_OF_WEEK": {number},' in words


def test_a_trial_site_wears_a_ribbon(desk):
    assert "nothing here is real" not in text_of(desk.get(INDEX))
    with override_settings(TEST_MODE=True):
        assert "nothing here is real" in text_of(desk.get(INDEX))


def test_messages_are_read_and_tried_again_but_not_edited(desk):
    booking = a_booking(a_resource(), at(9))
    given_up, sent = OutboxMessage.objects.filter(booking_id=booking.pk)[:2]
    OutboxMessage.objects.filter(pk=given_up.pk).update(outcome="failed", done_at=timezone.now(), attempts=9)
    OutboxMessage.objects.filter(pk=sent.pk).update(outcome="sent", done_at=timezone.now())
    chosen = {"action": "retry_now", "_selected_action": [given_up.pk, sent.pk]}
    shown = text_of(desk.post(OUTBOX, chosen, follow=True))
    assert "1 message is tried now." in shown
    assert "1 were sent" in shown
    given_up.refresh_from_db()
    sent.refresh_from_db()
    assert (given_up.done_at, given_up.attempts, sent.outcome) == (None, 0, "sent")
    assert desk.post(change("outboxmessage", sent), {"kind": "x"}).status_code == 403


def test_every_page_of_the_desk_opens_without_inline_script_or_style(admin):
    a_booking(a_resource(), at(9))
    for model in django_admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        response = admin.get(reverse(f"admin:{name}_changelist"), follow=True)
        assert response.status_code == 200, name
        shown = text_of(response)
        assert "style=" not in shown, name
        assert " onclick=" not in shown, name
        assert "<style" not in shown, name
        assert '<link rel="icon" href="/static/look/mark' in shown, name


def test_the_first_page_is_read_in_few_queries(admin, django_assert_max_num_queries):
    Site.objects.update_or_create(pk=1, defaults={"email": "zoe@example.com"})
    a_project(a_resource(), graph="request")
    a_booking(a_resource(), at(9), graph="request")
    admin.get(INDEX)
    # Beside the day itself: who asks, what becomes of mails, and what is wrong about the set-up.
    with django_assert_max_num_queries(18), override_settings(MAIL_IS_SET_UP=False):
        admin.get(INDEX)


def test_pages_outside_the_login_wear_the_sites_mark(client, db):
    for page in ("/admin/login/", "/admin/password/forgotten/", "/setup/"):
        assert '<link rel="icon" href="/static/look/mark' in text_of(client.get(page))


def test_the_first_page_begins_with_what_staff_do_all_day(admin):
    a_resource()
    shown = text_of(admin.get(INDEX))
    order = [
        "/bookings/booking/",
        "/bookings/event/",
        "/bookings/project/",
        "/bookings/apikey/",
        "/auth/user/",
    ]
    places = [shown.index(f'href="/admin{one}"', shown.index("content-main")) for one in order]
    assert places == sorted(places)
    assert "accessattempt" not in shown


def test_the_desk_says_why_a_project_is_not_offered(manager):
    project = a_project(a_resource(), graph="instant_payment")
    pages = [
        reverse("admin:bookings_project_changelist"),
        reverse("admin:bookings_project_change", args=[project.pk]),
    ]
    why = str(NO_WAY_TO_PAY)
    for url in pages:
        assert why in manager.get(url).content.decode()
    Project.objects.update(pay_url="https://pay.example/")
    for url in pages:
        assert why not in manager.get(url).content.decode()


@pytest.mark.parametrize("kind", ["resource", "project"])
def test_each_control_in_a_table_is_named_after_its_column(admin_client, kind):
    row = a_resource(name="Doc")
    row = row if kind == "resource" else a_project(row)
    page = admin_client.get(f"/admin/bookings/{kind}/{row.pk}/change/").content.decode()
    tables = "".join(re.findall(r'<div class="tabular.*?</fieldset>', page, re.DOTALL))
    controls = re.findall(r"<(?:input|select|textarea)[^>]*>", tables)
    shown = [one for one in controls if 'type="hidden"' not in one]
    assert len(shown) > 5
    assert [one for one in shown if "aria-label=" not in one] == []


@pytest.mark.parametrize("role", ["desk", "manager", "designer", "admin"])
def test_the_pages_that_set_up_are_read_in_few_queries_as_every_role(role, django_assert_max_num_queries):
    """A page may be read by whoever may not change it, with all that it says."""
    client = logged_in(role)
    resources = [a_resource(location=a_location()) for _number in range(4)]
    project = a_project(*resources)
    project.options.create(label="Long", length=timedelta(hours=3), position=1)
    for number, resource in enumerate(resources):
        WeeklyHours.objects.create(resource=resource, weekday=number, opens="08:00", closes="18:00")
        resource.give_calendar()
    a_booking(resources[0], at(9), project=project, option=project.options.first())
    pages = {
        reverse("admin:index"): 15,
        reverse("admin:bookings_resource_change", args=[resources[0].pk]): 15,
        reverse("admin:bookings_resource_add"): 15,
        reverse("admin:bookings_project_add"): 15,
        reverse("admin:bookings_project_change", args=[project.pk]): 20,
    }
    for url, most in pages.items():
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)


def test_the_list_of_messages_asks_nothing_of_all_of_them(manager):
    a_booking(a_resource(), at(9))
    with CaptureQueriesContext(connection) as asked:
        shown = text_of(manager.get(OUTBOX, {"kind": "mail"}))
    assert "mail" in shown
    assert not [one["sql"] for one in asked if one["sql"].startswith(("SELECT DISTINCT", "SELECT MIN("))]


def test_messages_are_chosen_by_every_kind_that_is_sent_outside_the_sandbox(manager):
    assert {*KINDS, TEST_WEBHOOK, TEST_DELIVERY} == set(HANDLERS)
    shown = text_of(manager.get(OUTBOX))
    assert all(f'href="?kind={kind}"' in shown for kind in KINDS)
    assert manager.get(OUTBOX, {"kind": "nonsense"}).status_code == 200
