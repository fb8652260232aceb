"""An amount always has a currency, with as many decimals as that one has."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from bookings.effects.links import manage_url
from bookings.models import Booking, Option, Site
from tests.admin.conftest import logged_in, values_of
from tests.api.conftest import SLOT, outsider
from tests.effects.conftest import work
from tests.situations import a_project, a_resource, a_server_key
from tests.views.conftest import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def swiss():
    Site.objects.update_or_create(pk=1, defaults={"currency": "CHF"})


def a_priced_project(**option):
    project = a_project(a_resource(email="doc@example.com"))
    Option.objects.filter(project=project).delete()
    Option.objects.create(project=project, length=timedelta(hours=1), **option)
    return project


def test_a_price_without_a_currency_is_one_of_the_sites_on_every_page_and_booking(
    swiss, settings, mailoutbox
):
    settings.MAIL_IS_SET_UP = True
    project, visitor = a_priced_project(price=Decimal(35)), Visitor()
    shown = [visitor.client.get("/", follow=True), visitor.see(f"/book/{project.slug}/")]
    body = {"project_id": str(project.pk), "resource_id": str(project.resources.get().pk), **SLOT}
    server = outsider(a_server_key()[1])
    made = server.made("/bookings", body | {"customer": {"name": "Ada", "email": "ada@example.com"}})
    booking = Booking.objects.get(pk=made["id"])
    assert (booking.price, booking.currency) == (35, "CHF")
    shown.append(visitor.client.get(manage_url(booking).removeprefix("http://testserver"), follow=True))
    work()
    for text in (*(page.content.decode() for page in shown), *(letter.body for letter in mailoutbox)):
        assert "CHF\N{NO-BREAK SPACE}35" in text


def test_an_amount_keeps_its_currency_when_the_sites_changes(swiss):
    option = a_priced_project(price=Decimal(35)).options.get()
    Site.objects.update(currency="EUR")
    option.refresh_from_db()
    assert option.currency == "CHF"


@pytest.mark.parametrize(
    ("amount", "currency", "is_possible"),
    [
        ("35.50", "EUR", True),
        ("35.505", "EUR", False),
        ("1.125", "KWD", True),
        ("1200", "JPY", True),
        ("1200.5", "JPY", False),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount, currency, is_possible):
    option = Option(
        project=a_priced_project(), length=timedelta(hours=1), price=Decimal(amount), currency=currency
    )
    if is_possible:
        option.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        option.full_clean()
    assert list(refused.value.error_dict) == ["price"]


@pytest.mark.parametrize("currency", ["XYZ", "eur", "€"])
def test_what_is_no_currency_is_refused(currency):
    with pytest.raises(ValidationError) as refused:
        Option(project=a_priced_project(), length=timedelta(hours=1), currency=currency).full_clean()
    assert list(refused.value.error_dict) == ["currency"]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("35", "EUR", "35.00"), ("3.5", "KWD", "3.500"), ("1.125", "KWD", "1.125"), ("100", "JPY", "100")],
)
def test_staff_see_an_amount_as_its_currency_is_written(amount, currency, written):
    project = a_priced_project(price=Decimal(amount), currency=currency)
    page = logged_in("admin").get(reverse("admin:bookings_project_change", args=[project.pk]))
    assert values_of(page)["options-0-price"] == written
