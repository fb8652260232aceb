"""What stands before every page."""

import pytest
from django.db import OperationalError
from django.test import override_settings

from bookings.models import Project
from bookings.views import home
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


@override_settings(REQUESTS_A_MINUTE_PER_ADDRESS=2)
def test_an_address_that_asks_too_often_is_told_when_to_come_back(visitor, project):
    answers = [visitor.client.get("/find/", REMOTE_ADDR="192.0.2.77") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_a_database_that_is_away_is_said_in_a_sentence(visitor, project, monkeypatch):
    def away(request):
        raise OperationalError("connection refused")

    monkeypatch.setattr(home, "_in_full", lambda rows: away(None))
    answer = visitor.see("/")
    assert answer.status_code == 503
    assert "We will be back in a moment" in answer.content.decode()
    assert answer["Retry-After"] == "30"


@pytest.mark.parametrize("address", ["/nothing/", "/book/nothing/", "/with/nobody/", "/look/accent-zzz.css"])
def test_what_does_not_exist_is_said_in_the_same_hand(visitor, address):
    answer = visitor.see(address)
    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_a_project_wears_its_accent_on_every_page_of_its_flow(visitor, project, tomorrow):
    Project.objects.update(accent="#b02a6f")
    form = visitor.hold(project, tomorrow)
    pages = [visitor.see("/book/lightning/"), visitor.see(form), visitor.see(visitor.send(form)["Location"])]
    for page in pages:
        assert "/look/accent-b02a6f.css" in page.content.decode()
    sheet = visitor.see("/look/accent-b02a6f.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent:" in sheet.content.decode()


def test_the_language_of_the_address_is_kept_for_the_pages_that_follow(visitor, project):
    assert '<html lang="ar" dir="rtl">' in visitor.see("/book/lightning/", lang="ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in visitor.see("/find/").content.decode()
    assert '<html lang="ar"' in visitor.see("/find/", lang="xx").content.decode()


def test_a_search_with_characters_that_no_text_holds_is_a_search(visitor, project):
    a_project(a_resource())
    assert visitor.see("/", q="\x00%_'\"").status_code == 200
