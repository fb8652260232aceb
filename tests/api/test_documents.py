"""The pages that explain the API: complete, true to the tests they name, and readable under the site's policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bookings.api.endpoints.retired import RETIRED, WAITING
from bookings.api.reference.markdown import as_html
from tests.situations import a_server_key

PAGE = (settings.BASE_DIR / "docs" / "timekit.md").read_text()
ROWS = [
    line for line in PAGE.splitlines() if line.count("|") == 5 and not line.startswith(("| Point", "|---"))
]


def test_every_difference_names_a_test_that_exists():
    tests = "\n".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", PAGE)
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_line_has_its_test():
    assert len(ROWS) > 40
    assert [row for row in ROWS if "`test_" not in row.split("|")[4]] == []


@pytest.mark.parametrize("path", [*RETIRED, *WAITING])
def test_every_retired_or_waiting_call_is_listed(path):
    assert f"{path.replace('{pk}', ':')}" in re.sub(r":(id|slug|email)", ":", PAGE)


@pytest.mark.parametrize("path", ["", "/"])
def test_the_start_says_where_the_api_is_described(nobody, path):
    response = nobody.get(path, Origin="https://example.org")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://example.org"
    start = response.json()["data"]
    assert start.pop("version") == "2"
    guides = start.pop("guides")
    assert start == {
        "documentation": "/v2/docs",
        "differences": "/v2/docs/timekit",
        "schema": "/v2/openapi.json",
    }
    for address in [*start.values(), *guides.values()]:
        assert nobody.get(address.removeprefix("/v2")).status_code == 200
    assert nobody.post(path).status_code == 405


def test_the_page_is_served_and_shows_its_tables(nobody):
    response = nobody.get("/docs/timekit")
    assert response.status_code == 200
    page = response.content.decode()
    assert ">What differs from Timekit" in page
    assert page.count("<table>") == PAGE.count("\n|---|")


def test_the_console_comes_without_any_other_site(nobody):
    response = nobody.get("/docs")
    assert response.status_code == 200
    assert not re.search(r'(src|href)="(https?:)?//', response.content.decode())


def test_markup_in_a_page_of_ours_stays_text():
    assert as_html("Send `<b>` **now**, see [there](/v2/docs).") == (
        '<p>Send <code>&lt;b&gt;</code> <strong>now</strong>, see <a href="/v2/docs">there</a>.</p>'
    )


def test_a_link_leads_nowhere_dangerous():
    assert "<a" not in as_html("[x](javascript:alert)")


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.parametrize("path", ["/v2/docs", "/v2/docs/timekit"])
def test_the_pages_work_under_the_sites_policy(live_server, browser, path):
    refused = []
    page = browser.new_page()
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}{path}")
    page.get_by_text("Availability", exact=True).first.wait_for()
    page.close()
    assert refused == []


@pytest.mark.browser
@pytest.mark.looks
def test_the_console_sends_a_call(live_server, browser):
    page = browser.new_page()
    page.goto(f"{live_server.url}/v2/docs")
    call = page.locator("[id$=list_graphs]")
    call.locator(".opblock-summary-control").click()
    with page.expect_request("**/v2/graphs") as sent:
        call.get_by_role("button", name="Execute").click()
    assert sent.value.method == "GET"
    page.close()


@pytest.mark.browser
def test_the_console_sends_a_key_and_shows_what_is_answered(live_server, browser):
    page = browser.new_page()
    page.goto(f"{live_server.url}/v2/docs")
    call = page.locator("[id$=get_app]")
    call.locator(".opblock-summary-control").click()
    for value, status in (("live_api_key_of_nobody", "401"), (a_server_key()[1], "200")):
        page.get_by_label("API key").fill(value)
        page.get_by_role("button", name="Use this key").click()
        call.get_by_role("button", name="Execute").click()
        call.locator(".live-responses-table .response-col_status", has_text=status).wait_for()
    page.close()
