"""What other programs read of the public pages."""

import json
import re

import pytest

from bookings.models import Project, Site
from tests.situations import a_project, a_resource

INJECTED = '</script><script>alert(1)</script> "&amp;'


def data_of(page: str):
    return json.loads(re.search('<script type="application/ld[+]json">(.*?)</script>', page)[1])


def test_a_project_tells_what_it_costs_and_where_it_is_booked(client, project):
    page = client.get("/book/lightning/").content.decode()
    data = data_of(page)
    assert (data["@type"], data["name"]) == ("Service", "Catch the lightning")
    assert data["offers"][0]["priceCurrency"] == "EUR"
    assert data["potentialAction"]["target"] == "http://testserver/book/lightning/"
    assert '<meta property="og:title" content="Catch the lightning">' in page
    assert '<link rel="alternate" type="text/markdown" href="/book/lightning.md">' in page


def test_the_list_tells_whose_it_is(client, project):
    a_project(a_resource())
    Site.objects.update_or_create(
        pk=1, defaults={"name": "Doc's", "phone": "+49 30 1234", "email": "office@example.com"}
    )
    page = client.get("/").content.decode()
    assert data_of(page)["telephone"] == "+49 30 1234"
    assert "office@example.com" not in page
    assert 'href="/llms.txt"' in page


def test_nothing_that_staff_wrote_leaves_the_data(client, project):
    Project.objects.update(name=INJECTED, summary=INJECTED)
    page = client.get("/book/lightning/").content.decode()
    assert data_of(page)["name"] == INJECTED
    assert "<script>alert" not in page


def test_a_page_of_one_visitor_tells_nothing(client, project, tomorrow):
    held = client.post("/book/lightning/hold/", {"start": tomorrow.isoformat()})
    assert "ld+json" not in client.get(held["Location"]).content.decode()


def test_people_read_how_to_connect_and_what_it_may_do(client, project):
    page = client.get("/assistants/").content.decode()
    assert "http://testserver/mcp" in page
    assert "http://testserver/llms.txt" in page
    assert 'href="/assistants/"' in client.get("/book/lightning/").content.decode()


def test_where_no_assistant_may_book_nothing_speaks_of_one(client, project):
    Project.objects.update(agents="no")
    assert "text/markdown" not in client.get("/book/lightning/").content.decode()
    Site.objects.update_or_create(pk=1, defaults={"agents_may_book": False})
    assert client.get("/assistants/").status_code == 404
    page = client.get("/book/lightning/").content.decode()
    assert "assistant" not in page
    assert "llms" not in page


@pytest.mark.browser
@pytest.mark.looks
def test_the_policy_lets_the_data_stand_and_the_page_runs_none_of_it(live_server, project, browser):
    page = browser.new_page()
    page.add_init_script("addEventListener('securitypolicyviolation', () => { document.title = 'violated' })")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{live_server.url}/book/lightning/")
    found = page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').text).name"
    )
    assert found == "Catch the lightning"
    assert "violated" not in page.title()
    assert not [one for one in said if "Content Security Policy" in one]
    page.close()
