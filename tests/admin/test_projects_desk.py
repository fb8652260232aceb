"""A project's page at the desk: in the order in which one thinks, and little is needed for one that is booked."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Option, Project, Resource, Site
from tests.admin.conftest import text_of, values_of
from tests.situations import a_location, a_project, a_resource

pytestmark = pytest.mark.django_db
ADD = reverse("admin:bookings_project_add")
LIST = reverse("admin:bookings_project_changelist")
LEAST = {"name": "Haircut", "options-0-length": "45 minutes"}


def url(project: Project) -> str:
    return reverse("admin:bookings_project_change", args=[project.pk])


def added(client: Client, **typed: Any) -> Any:
    """Send the page of a new project with so much filled in; all else as it was shown."""
    return client.post(ADD, values_of(client.get(ADD)) | typed)


def save(client: Client, project: Project, **changes: Any) -> Any:
    return client.post(url(project), values_of(client.get(url(project))) | changes)


def errors_of(response: Any, prefix: str) -> list[dict[str, Any]]:
    tables = response.context["inline_admin_formsets"]
    return next(one.formset.errors for one in tables if one.formset.prefix == prefix)


def test_a_name_a_length_and_a_resource_make_a_project_whose_page_shows_times(manager, client):
    resource = a_resource()
    assert added(manager, **LEAST, **{"links-0-resource": str(resource.pk)}).status_code == 302
    project = Project.objects.get()
    option = project.options.get()
    assert (project.slug, option.length, option.price) == ("haircut", timedelta(minutes=45), None)
    assert list(project.resources.all()) == [resource]
    assert re.search(r"\d+ times free", text_of(client.get("/book/haircut/")))


def test_a_new_project_reminds_a_day_before_by_mail_unless_staff_take_that_away(manager):
    assert added(manager, **LEAST, **{"links-0-resource": str(a_resource().pk)}).status_code == 302
    (reminder,) = Project.objects.get().reminders
    assert (reminder["type"], reminder["settings"]["recipient"]) == ("email", "customer")
    assert reminder["when"] == {"type": "before", "unit": "days", "time": 1}
    without = {"name": "Shave", "reminders-0-DELETE": "on", "links-0-resource": str(a_resource().pk)}
    assert added(manager, **LEAST | without).status_code == 302
    assert Project.objects.get(name="Shave").reminders == []


def test_a_project_whose_reminders_were_taken_away_gets_none_when_it_is_saved_again(manager):
    project = a_project(a_resource())
    assert save(manager, project, summary="Changed").status_code == 302
    project.refresh_from_db()
    assert (project.summary, project.reminders) == ("Changed", [])


def test_a_new_resource_is_made_on_the_page_of_the_project(manager, client):
    place = a_location(timezone="Asia/Tokyo")
    typed = {"links-0-new_name": " Chair\u200e 1 ", "options-0-price": "35", "location": str(place.pk)}
    assert added(manager, **LEAST, **typed).status_code == 302
    chair = Resource.objects.get()
    assert (chair.name, chair.slug, chair.timezone, chair.location) == (
        "Chair 1",
        "chair-1",
        "Asia/Tokyo",
        place,
    )
    assert chair.calendars.get().primary
    assert re.search(r"\d+ times free", text_of(client.get("/book/haircut/")))


def test_a_new_project_without_name_length_or_resource_is_told_everything_at_once(manager):
    answer = added(manager, summary="Kept")
    assert list(answer.context["adminform"].form.errors) == ["name"]
    assert list(errors_of(answer, "options")[0]) == ["length"]
    assert list(errors_of(answer, "links")[0]) == ["resource"]
    assert values_of(answer)["summary"] == "Kept"
    assert not Project.objects.exists()


def test_one_row_names_a_resource_or_a_new_one_and_not_both(manager):
    both = {"links-0-resource": str(a_resource().pk), "links-0-new_name": "Chair"}
    answer = added(manager, **LEAST, **both)
    assert list(errors_of(answer, "links")[0]) == ["new_name"]
    assert values_of(answer)["links-0-new_name"] == "Chair"
    assert Resource.objects.count() == 1


def test_two_projects_of_one_name_get_two_addresses(manager):
    for _each in range(2):
        assert added(manager, **LEAST, **{"links-0-new_name": "Chair"}).status_code == 302
    assert len(set(Project.objects.values_list("slug", flat=True))) == 2
    assert len(set(Resource.objects.values_list("slug", flat=True))) == 2


def test_a_stored_address_stays_where_the_field_is_emptied(manager):
    project = a_project(a_resource(), slug="cut")
    assert save(manager, project, slug="").status_code == 302
    project.refresh_from_db()
    assert project.slug == "cut"


def test_a_new_project_starts_with_the_questions_name_address_and_number(manager):
    shown = values_of(manager.get(ADD))
    assert [shown[f"customer_fields-{row}-key"] for row in range(4)] == ["name", "email", "phone", ""]
    assert added(manager, **LEAST, **{"links-0-new_name": "Chair"}).status_code == 302
    assert Project.objects.get().customer_fields == {
        "name": {"format": "string", "required": True},
        "email": {"format": "email", "required": True},
        "phone": {"format": "tel"},
    }


def test_questions_that_leave_no_way_to_reach_anybody_are_refused_and_stay_as_typed(manager):
    typed = {
        "links-0-new_name": "Chair",
        "customer_fields-1-DELETE": "on",
        "customer_fields-2-hidden": "on",
        "customer_fields-3-title": "Shoe size?",
    }
    answer = added(manager, **LEAST, **typed)
    assert list(answer.context["adminform"].form.errors) == ["customer_fields"]
    assert "Ask for an e-mail address or a telephone number" in text_of(answer)
    assert typed.items() <= values_of(answer).items()
    assert added(manager, **LEAST, **typed | {"customer_fields-2-prefilled": "030 1234"}).status_code == 302


def test_an_answer_that_nobody_can_change_and_the_question_refuses_is_refused(manager):
    older = {"format": "select", "enum": ["S"], "prefilled": "M", "readonly": True}
    project = a_project(a_resource(), customer_fields={"email": {}, "size": older})
    typed = {"customer_fields-0-prefilled": "the desk", "customer_fields-0-readonly": "on"}
    answer = save(manager, project, **typed)
    assert answer.status_code == 200
    assert text_of(answer).count("The question itself refuses this answer.") == 1
    typed["customer_fields-0-prefilled"] = "desk@example.com"
    assert save(manager, project, **typed).status_code == 302
    project.refresh_from_db()
    assert project.customer_fields["size"] == older
    assert save(manager, project, **{"customer_fields-1-prefilled": "L"}).status_code == 200


def test_an_older_project_that_nobody_can_be_reached_by_is_changed_in_all_else(manager):
    project = a_project(a_resource(), customer_fields={"size": {"title": "Size"}})
    assert save(manager, project, summary="Short").status_code == 302
    assert save(manager, project, **{"customer_fields-0-title": "Sizes"}).status_code == 200
    project.refresh_from_db()
    assert (project.summary, project.customer_fields) == ("Short", {"size": {"title": "Size"}})


def test_the_key_of_a_new_question_is_made_of_its_words(manager):
    project = a_project(a_resource(), customer_fields={"email": {}, "shoe_size": {"title": "Shoes"}})
    typed = {"customer_fields-2-title": "Shoe size?", "customer_fields-3-title": "Größe?"}
    assert save(manager, project, **typed).status_code == 302
    project.refresh_from_db()
    assert list(project.customer_fields) == ["email", "shoe_size", "shoe_size_2", "groe"]


def test_a_question_without_words_is_refused_unless_the_site_knows_what_it_asks(manager):
    project = a_project(a_resource(), customer_fields={"email": {}})
    assert "Write the question." in text_of(save(manager, project, **{"customer_fields-1-required": "on"}))
    assert save(manager, project, **{"customer_fields-1-key": "phone"}).status_code == 302


def summaries(page: str) -> dict[str, str]:
    """By title of each closed part what it says that it holds."""
    found = re.findall(r"<summary>\s*<h2>([^<]*)</h2>\s*<span class=\"part__holds\"><bdi>([^<]*)</bdi>", page)
    return dict(found)


def test_closed_parts_say_what_they_hold(manager):
    project = a_project(
        a_resource(),
        slug="cut",
        booking={"graph": "instant", "settings": {"min_cancel_time": "24 hours", "min_booking_time": "PT2H"}},
        availability={"timeslot_increments": "30 minutes", "buffer_after": "15 minutes", "mode": "mutual"},
        availability_constraints=[{"allow_weekdays": {}}],
        reminders=[{"type": "email"}],
        consent="I agree",
        accent="#0f4a59",
        heading="Hair",
        embed_origins=["https://example.com"],
    )
    assert summaries(text_of(manager.get(url(project)))) == {
        "What the customer is asked": "Name, E-mail, Telephone; something to agree to",
        "Rules": "Booked at once; book until 2 hours before; change or cancel until 1 day before",
        "How times are found": "All together; a time every 30 minutes; 15 minutes free after; 1 further limit",
        "Messages": "Mails are sent; 1 reminder",
        "Looks": "Under “Hair”; no picture; accent #0f4a59",
        "For programs": "/book/cut/; 1 page may embed it",
    }


def test_a_part_in_which_something_is_wrong_stands_open(manager):
    project = a_project(a_resource())
    closed = text_of(manager.get(url(project)))
    assert '<details class="part" open>' not in closed
    answer = text_of(save(manager, project, accent="red"))
    opened = re.findall(r'<details class="part" open>\s*<summary>\s*<h2>([^<]*)<', answer)
    assert opened == ["Looks"]


def test_the_parts_stand_in_the_order_in_which_one_thinks(manager):
    page = text_of(manager.get(ADD))
    names = ["name", "options-0-length", "options-0-price", "links-0-resource", "weeklyhours-TOTAL_FORMS"]
    names += ["customer_fields-0-title", "booking-graph", "sends_mail", "accent", "slug"]
    places = [page.index(f'name="{name}"') for name in names]
    assert places == sorted(places)


def test_a_project_that_nobody_can_book_says_so_on_its_page_and_in_the_list(manager):
    project = a_project(name="Empty")
    a_project(a_resource(), name="Bookable")
    sentence = "It has nobody and nothing to book: add a resource."
    page = text_of(manager.get(url(project)))
    assert "Nobody can book this project:" in page
    assert sentence in page
    rows = re.findall(
        r'field-name">.*?>(\w+)</a>.*?field-can_be_booked">(.*?)</td>', text_of(manager.get(LIST))
    )
    said = {name: re.sub(r"<[^>]+>", "", told) for name, told in rows}
    assert said == {"Empty": f"no: {sentence}", "Bookable": "yes"}
    assert save(manager, project, **{"links-0-new_name": "Chair"}).status_code == 302
    assert "Nobody can book this project:" not in text_of(manager.get(url(project)))


def test_the_list_of_projects_asks_no_more_for_many_than_for_few(manager, django_assert_num_queries):
    a_project(a_resource())
    with CaptureQueriesContext(connection) as few:
        manager.get(LIST)
    for _each in range(20):
        a_project(a_resource(), a_resource())
    a_project()
    with django_assert_num_queries(len(few)):
        assert manager.get(LIST).status_code == 200


def test_an_empty_currency_is_the_sites_and_the_page_says_which(manager):
    Site.objects.update_or_create(pk=1, defaults={"currency": "CHF"})
    assert "Currency (empty: CHF)" in text_of(manager.get(ADD))
    typed = {"links-0-new_name": "Chair", "options-0-price": "35"}
    assert added(manager, **LEAST, **typed).status_code == 302
    option = Option.objects.get()
    assert (option.price, option.currency) == (Decimal(35), "CHF")


@pytest.mark.parametrize(
    ("price", "currency", "kept"),
    [
        ("1.125", "KWD", ("1.125", "KWD")),
        ("1.125", "EUR", None),
        ("1200", " jpy\u200e", ("1200", "JPY")),
        ("1200.5", "JPY", None),
        ("1.1255", "KWD", None),
        ("-1", "EUR", None),
    ],
)
def test_a_price_has_the_decimals_of_its_currency(manager, price, currency, kept):
    typed = {"links-0-new_name": "Chair", "options-0-price": price, "options-0-currency": currency}
    answer = added(manager, **LEAST, **typed)
    if kept is None:
        assert list(errors_of(answer, "options")[0]) == ["price"]
        assert values_of(answer)["options-0-price"] == price
        assert not Project.objects.exists()
    else:
        option = Option.objects.get()
        assert (option.price, option.currency) == (Decimal(kept[0]), kept[1])


def test_the_price_of_a_resource_has_the_decimals_of_the_options_currency(manager):
    project = a_project(a_resource())
    project.options.update(currency="JPY")
    own = f"own-{project.options.get().pk}-{project.links.get().pk}"
    answer = save(manager, project, **{own: "1200.5"})
    assert list(answer.context["adminform"].form.errors) == [own]
    assert save(manager, project, **{own: "1200"}).status_code == 302


def test_who_may_make_no_resource_makes_none_on_this_page_either():
    member = User.objects.create_user("member", is_staff=True)
    kinds = ("project", "option", "projectresource")
    may = [f"{verb}_{kind}" for verb in ("view", "add", "change") for kind in kinds]
    member.user_permissions.set(Permission.objects.filter(codename__in=[*may, "view_resource"]))
    client = Client()
    client.force_login(member)
    assert "new_name" not in text_of(client.get(ADD))
    answer = added(client, **LEAST, **{"links-0-new_name": "Chair"})
    assert list(errors_of(answer, "links")[0]) == ["resource"]
    assert not Resource.objects.exists()


def test_the_page_of_a_project_leads_to_the_one_that_customers_see(manager, client):
    project = a_project(a_resource(), slug="cut")
    there = f'href="{reverse("pages:choose", args=["cut"])}"'
    assert there in text_of(manager.get(url(project)))
    assert client.get("/book/cut/").status_code == 200
    Project.objects.update(visibility=Project.Visibility.STAFF)
    assert there not in text_of(manager.get(url(project)))
    assert client.get("/book/cut/").status_code == 404


def test_a_number_that_orders_rows_says_how_and_is_changed_by_the_arrow_keys(admin):
    project = a_project(a_resource())
    draft = reverse("admin:bookings_project_change", args=[project.pk])
    for row in ("options-0", "links-0"):
        assert_orders(text_of(admin.get(draft)), f"{row}-position")
    page = reverse("admin:bookings_option_change", args=[project.options.get().pk])
    assert_orders(text_of(admin.get(page)), "position")


def assert_orders(page, name):
    control = re.search(rf'<input [^>]*name="{name}"[^>]*>', page)[0]
    assert 'type="number"' in control
    assert 'aria-label="Order, lowest first"' in control
    assert "Order, lowest first" in page.replace(control, "")


def test_each_link_of_the_filter_by_heading_has_words(admin_client):
    a_project(a_resource(), heading="Hair"), a_project(a_resource())
    page = admin_client.get(reverse("admin:bookings_project_changelist")).content.decode()
    links = re.findall(r'<a href="\?heading=[^"]*">(.*?)</a>', page, re.DOTALL)
    assert sorted(link.strip() for link in links) == ["-", "Hair"]
