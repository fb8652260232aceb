"""What stands before every page."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking, Project, Site
from bookings.views.home import home
from tests.situations import a_project, a_resource, reads_the_site
from tests.views.conftest import holds

pytestmark = pytest.mark.django_db


@override_settings(REQUESTS_A_MINUTE_PER_ADDRESS=2)
def test_a_client_address_that_asks_too_often_is_told_when_to_come_back(visitor, project, no_minute_ends):
    answers = [visitor.client.get("/find/", REMOTE_ADDR="192.0.2.77") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_a_database_that_is_away_is_said_in_a_sentence(visitor, project, monkeypatch):
    def away(request):
        raise OperationalError("connection refused")

    monkeypatch.setattr(home, "listed_projects", lambda rows: away(None))
    answer = visitor.see("/")
    assert answer.status_code == 503
    assert "We will be back in a moment" in answer.content.decode()
    assert answer["Retry-After"] == "30"


@pytest.mark.parametrize("url", ["/nothing/", "/book/nothing/", "/with/nobody/", "/look/tones-zzz.css"])
def test_what_does_not_exist_is_said_in_the_same_hand(visitor, url):
    answer = visitor.see(url)
    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("url", ["/", "/book/lightning/", "/embed/lightning/"])
def test_a_page_that_is_asked_for_in_a_wrong_way_says_so(visitor, project, url, language):
    answer = visitor.client.delete(f"{url}?lang={language}")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert f'<html lang="{language}"' in answer.content.decode()
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_fault_of_ours_is_said_in_every_language(project, monkeypatch, language):
    monkeypatch.setattr(home, "listed_projects", lambda rows: 1 / 0)
    answer = Client(raise_request_exception=False).get("/", headers={"Accept-Language": language})
    assert answer.status_code == 500
    assert f'<html lang="{language}"' in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_urls_of_forms_lead_to_their_page_and_change_nothing(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow)
    assert visitor.see("/book/lightning/hold/")["Location"] == "/book/lightning/"
    assert visitor.see(f"{form}release/")["Location"] == form
    assert holds().count() == 1
    page = visitor.send(form)["Location"]
    assert visitor.see(f"{page}undo/")["Location"] == page


def test_a_project_wears_its_accent_on_every_page_of_its_flow(visitor, project, tomorrow):
    Project.objects.update(accent="#b02a6f")
    form = visitor.hold(project, tomorrow)
    pages = [visitor.see("/book/lightning/"), visitor.see(form), visitor.see(visitor.send(form)["Location"])]
    for page in pages:
        assert "/look/tones-b02a6f.css" in page.content.decode()
    sheet = visitor.see("/look/tones-b02a6f.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent:" in sheet.content.decode()


def test_what_has_no_accent_of_its_own_wears_the_sites(visitor, project):
    Site.objects.update_or_create(pk=1, defaults={"accent": "#6b2346"})
    for url in ("/book/lightning/", "/find/", "/nothing/"):
        assert "/look/tones-6b2346.css" in visitor.see(url).content.decode()
    Project.objects.update(accent="#b02a6f")
    page = visitor.see("/book/lightning/").content.decode()
    assert "/look/tones-b02a6f.css" in page
    assert "6b2346" not in page


def test_the_language_of_the_url_is_kept_for_the_pages_that_follow(visitor, project):
    assert '<html lang="ar" dir="rtl">' in visitor.see("/book/lightning/", lang="ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in visitor.see("/find/").content.decode()
    assert '<html lang="ar"' in visitor.see("/find/", lang="xx").content.decode()


@pytest.mark.parametrize("asked", [None, "fr-FR,fr;q=0.9", "fr,*;q=0.5", "nonsense;;q=x"])
@pytest.mark.parametrize("url", ["/book/lightning/", "/find/", "/nowhere/", "/b/cut-off/"])
def test_who_asks_for_no_language_of_ours_gets_the_sites_own(visitor, project, url, asked):
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    headers = {"Accept-Language": asked} if asked else {}
    answer = visitor.client.get(url, headers=headers)
    assert '<html lang="de"' in answer.content.decode()
    assert not answer.cookies.get("django_language")  # it is no choice of the visitor


@pytest.mark.parametrize("asked", ["ar", "fr,ar;q=0.5", "en-GB,en;q=0.8"])
def test_who_asks_for_a_language_of_ours_gets_it(visitor, project, asked):
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    answer = visitor.client.get("/find/", headers={"Accept-Language": asked})
    assert f'<html lang="{"ar" if "ar" in asked else "en"}"' in answer.content.decode()


@pytest.mark.parametrize("asked", ["de", "fr"])
@pytest.mark.parametrize("url", ["/book/lightning/", "/find/", "/embed/lightning/"])
def test_the_sites_row_is_read_once_whatever_the_browser_asks_for(visitor, project, url, asked):
    Site.current()
    with CaptureQueriesContext(connection) as seen:
        visitor.client.get(url, headers={"Accept-Language": asked})
    read = [query["sql"] for query in seen if reads_the_site(query["sql"])]
    assert len([one for one in read if not one.startswith("PREPARE")]) == 1


@pytest.mark.parametrize("url", ["/healthz", "/v2/nothing", "/look/tones-b02a6f.css"])
def test_what_programs_read_does_not_read_the_sites_row(visitor, url):
    with CaptureQueriesContext(connection) as seen:
        visitor.client.get(url)
    assert not [query for query in seen if reads_the_site(query["sql"])]


def test_a_booking_in_the_sites_own_language_is_mailed_in_it(visitor, project, tomorrow):
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    visitor.book(project, tomorrow)
    assert Booking.objects.get().language == "de"


def test_a_search_with_characters_that_no_text_holds_is_a_search(visitor, project):
    a_project(a_resource())
    assert visitor.see("/", q="\x00%_'\"").status_code == 200
