"""A link that somebody else wrote decides nothing that is the visitor's own."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from bookings.models import Customer, OptionResource, Project, ProjectResource
from tests.situations import a_project, a_resource, a_session
from tests.views.conftest import MARTY

THEIRS = "A" * 22


@pytest.mark.parametrize("page", ["/book/lightning/", "/embed/lightning/"])
def test_a_link_does_not_say_whose_visit_it_is(visitor, project, tomorrow, page):
    asked = {"start": tomorrow.isoformat(), "visitor": THEIRS}
    answer = visitor.client.get(page, asked, headers={"Sec-Fetch-Dest": "document"})
    assert answer.cookies["visitor"].value != THEIRS


def test_whoever_wrote_the_link_is_not_led_to_what_was_booked_by_it(visitor, project, tomorrow):
    author = Client()
    author.cookies["visitor"] = THEIRS
    thrown_away = author.post("/book/lightning/hold/", {"start": tomorrow.isoformat()})["Location"]
    visitor.see("/book/lightning/", start=tomorrow.isoformat(), visitor=THEIRS)
    later = tomorrow.replace(hour=tomorrow.hour + 2)
    held = visitor.hold(project, later, visitor=THEIRS)
    led = author.get(f"{thrown_away.partition('?')[0]}instead/")
    assert visitor.send(held).status_code == 302
    led = author.get(led["Location"], follow=True)
    assert MARTY["name"] not in led.content.decode()


def test_nobody_agrees_by_a_link(visitor, project, tomorrow):
    Project.objects.update(consent="I agree to everything")
    given = {
        "customer.consent": "1",
        "customer.wants_texts": "1",
        "customer.website.url": "x",
        "customer.name": "Marty",
    }
    page = visitor.see("/book/lightning/", start=tomorrow.isoformat(), **given).content.decode()
    assert 'value="Marty"' in page
    assert " checked" not in page
    assert not re.search(r'<input[^>]*id="id_website.url"[^>]*value', page)
    assert not re.search(r'<input[^>]*value="x"[^>]*id="id_website.url"', page)
    answer = visitor.client.post(
        "/book/lightning/form/", {"start": tomorrow.isoformat(), "book": "1"} | MARTY | given
    )
    assert answer.status_code in {200, 409}
    assert not Customer.objects.exclude(name="").filter(booking__isnull=False).exists()


def test_a_link_to_a_time_of_a_project_without_anybody_says_that_it_cannot_be_booked(
    visitor, project, tomorrow
):
    ProjectResource.objects.all().delete()
    for mode in ("mutual", "roundrobin_prioritized"):
        Project.objects.update(availability={"mode": mode})
        answer = visitor.see("/book/lightning/", start=tomorrow.isoformat())
        assert answer.status_code == 200
        sent = visitor.client.post(
            "/book/lightning/form/", {"start": tomorrow.isoformat(), "book": "1"} | MARTY
        )
        assert sent.status_code < 500


def test_a_resource_that_no_public_page_offers_has_no_page(visitor, project):
    a_resource(name="Cellar", slug="cellar")
    doc = project.resources.first()
    assert visitor.open(f"/with/{doc.slug}/").status_code == 200
    assert visitor.see("/with/cellar/").status_code == 404


def test_sessions_of_whoever_does_not_do_the_option_are_not_offered(visitor, tomorrow):
    clara, doc = a_resource(name="Clara"), a_resource(name="Doc")
    project = a_project(clara, doc, booking={"graph": "group_customer"}, slug="class")
    grown, child = (
        project.options.get(),
        project.options.create(label="Child", price=5, length=timedelta(hours=1)),
    )
    OptionResource.objects.update_or_create(
        option=child, link=project.links.get(resource=doc), defaults={"offered": False}
    )
    a_session(clara, tomorrow, seats=5, project=project)
    a_session(doc, tomorrow + timedelta(hours=1), seats=5, project=project)
    for option, times in ((grown, 2), (child, 1)):
        day = f"/book/class/?option={option.pk}&at={tomorrow.date()}"
        page = visitor.open(day).content.decode()
        assert page.count('name="session"') == times, option
