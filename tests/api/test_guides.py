"""The pages of the reference say what is: codes, statuses, limits, headers, states, parameters, dates."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.utils import timezone

from bookings import limits
from bookings.api import errors as api_errors
from bookings.api.middleware import EXPOSED_HEADERS
from bookings.api.reference.documents import PAGES
from bookings.api.reference.markdown import as_html
from bookings.api.reference.openapi import description
from bookings.api.responses.webhooks import TOLD
from bookings.availability.modes import Mode
from bookings.effects import outbox, webhooks
from bookings.errors import BookingError, Conflict, ProofNeeded, TooManyBookings
from bookings.models import Site, State, Webhook
from bookings.views.link_extras import LONGEST, MOST
from bookings.views.page_urls import CARRIED, IN_A_FRAME

BY_THE_CASE = {"day", "month", "start", "end"}  # read by the page of times, and not handed on
FIRST_CELL = re.compile(r"^\| (.+?) \|", re.MULTILINE)


def page(name):
    return PAGES[name].file.read_text(encoding="utf-8")


def section(name, heading):
    return page(name).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def named(text):
    return re.findall(r"`([^`]+)`", text)


def every_refusal(kind=BookingError):
    """Those of bookings: the desk's about graphs reach no client."""
    if kind.__module__ == "bookings.errors":
        yield kind
    for one in kind.__subclasses__():
        yield from every_refusal(one)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_served_and_leads_to_all_others(nobody, name):
    answer = nobody.get(f"/docs/{name}")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<h1 id=" in html
    assert all(f'href="/v2/docs/{other}"' in html for other in PAGES)
    assert f'href="/v2/docs/{name}" aria-current="page"' in html
    assert 'href="/v2/docs"' in html
    assert not re.search(r'href="[^"]*\.md', html)
    assert nobody.get(f"/docs/{name}/").status_code == 200


def test_a_page_that_is_none_is_missing(nobody):
    assert nobody.get("/docs/nothing").status_code == 404


def test_the_start_and_the_console_lead_to_the_pages(nobody):
    start = nobody.get("/").json()["data"]
    assert start["guides"] == {name: f"/v2/docs/{name}" for name in PAGES}
    assert "(/v2/docs/errors)" in description()["info"]["description"]


def test_each_code_of_a_refusal_is_explained_and_no_other():
    told = set(named("".join(FIRST_CELL.findall(section("errors", "Codes of 409")))))
    answered_429 = {ProofNeeded.code, TooManyBookings.code}
    assert told == {one.code for one in every_refusal()} - answered_429
    assert Conflict.code in told


def test_each_status_that_the_api_is_described_with_is_explained():
    told = set(re.findall(r"\b\d{3}\b", " ".join(FIRST_CELL.findall(section("errors", "Statuses")))))
    described = {
        status
        for calls in description()["paths"].values()
        for call in calls.values()
        for status in call["responses"]
        if status >= "400"
    }
    own = {str(kind.status) for kind in vars(api_errors).values() if hasattr(kind, "status")}
    assert described | own <= told


def test_the_limits_are_those_that_count():
    text = page("limits")
    for limit in (limits.REQUESTS_PER_KEY, limits.REQUESTS_PER_ADDRESS, limits.LIST_ROWS):
        assert str(limit.default) in text, limit.setting
    assert f"takes {limits.BULK_BOOKINGS.default} bookings" in text
    assert f"| {limits.INCLUDED_EVENTS.default} |" in text
    assert str(limits.HEADER.default) in text
    exposed = {name for name in EXPOSED_HEADERS.split(", ") if name.startswith(("X-RateLimit", "Retry"))}
    assert exposed <= set(named(text))


def test_the_headers_of_a_call_are_named(db):
    sent = webhooks.headers("{}", message_id="msg_1", now=timezone.now(), test=True)
    told = {name for cell in FIRST_CELL.findall(section("webhooks", "The call")) for name in named(cell)}
    assert told == set(sent)
    text = " ".join(page("webhooks").split())
    assert f"within {webhooks.LONGEST_CALL_SECONDS:.0f} seconds" in text
    assert f"after {outbox.FIRST_WAIT.seconds} s" in text
    assert f"up to {outbox.LONGEST_WAIT.seconds // 3600} h, {outbox.MOST_ATTEMPTS} attempts" in text
    assert set(named(section("webhooks", "The call"))) >= TOLD


def test_the_check_of_a_signature_that_the_page_shows_works(db):
    code = re.search(r"```python\n(.*?)```", page("webhooks"), re.DOTALL)[1]
    space = {}
    exec(code, space)  # noqa: S102  # what a reader copies
    sent = webhooks.headers("{}", message_id="msg_1", now=timezone.now())
    secret = Site.current().webhook_secret
    assert space["is_ours"](b"{}", sent["x-timekit-signature"], secret)
    assert not space["is_ours"](b"{ }", sent["x-timekit-signature"], secret)
    assert not space["is_ours"](b"{}", sent["x-timekit-signature"], secret + "x")


def test_each_state_of_a_graph_is_told_of(db):
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section("webhooks", "States"), re.MULTILINE)
    told = {graph: set(named(states)) for graph, states in rows}
    told["request"] = (told["request"] - {"confirm_decline"}) | told["confirm_decline"]
    published = {}
    for graph, state in State.objects.filter(webhook=True).values_list("version__graph__name", "name"):
        published.setdefault(graph, set()).add(state)
    assert told == published


def test_every_state_of_the_mapping_is_one_of_a_graph(db):
    rows = section("from-calendly", "Webhooks").partition("\n\n| Calendly's")[0]
    cells = [line.split("|")[2] for line in rows.splitlines() if line.startswith("| `invitee.")]
    states = {name for cell in cells for name in named(cell)}
    assert len(states) > 5
    assert states <= {*State.objects.values_list("name", flat=True), Webhook.MOVED}


def test_every_parameter_of_the_mapping_is_one_that_pages_carry():
    cells = [
        line.split("|")[2] for line in section("from-calendly", "Parameters").splitlines() if "|" in line
    ]
    named_there = {name.partition("=")[0] for cell in cells for name in named(cell)}
    plain = {name for name in named_there if not name.startswith(("customer.", "meta", "utm_", "tracking"))}
    assert plain - {"reference"} <= {*CARRIED, *IN_A_FRAME} | BY_THE_CASE
    assert {"zone", "lang", "option", "return_to", "start"} <= plain


def test_the_modes_of_the_mapping_are_ours():
    line = next(one for one in page("from-calendly").splitlines() if one.startswith("| round robin"))
    assert set(named(line)) <= set(Mode)


def test_the_attributes_of_the_script_are_those_that_it_reads():
    script = (settings.BASE_DIR / "static" / "embed.js").read_text(encoding="utf-8")
    read = re.search(r"const \{ ([^}]+) \} = script\.dataset", script)[1].split(", ")
    attributes = {"data-" + re.sub(r"([A-Z])", lambda one: "-" + one[1].lower(), name) for name in read}
    table = section("embedding", "What may be said").partition("\n\n| Parameter")[0]
    told = [named(cell)[0] for cell in FIRST_CELL.findall(table) if "`" in cell]
    assert set(told) == attributes
    assert f"{MOST} of each, {LONGEST} characters" in page("embedding")


def test_the_changes_are_dated_and_the_newest_stands_first():
    dates = [
        date.fromisoformat(found)
        for found in re.findall(r"^## (\d{4}-\d\d-\d\d)", page("changelog"), re.MULTILINE)
    ]
    assert len(dates) == len(re.findall("^## ", page("changelog"), re.MULTILINE)) > 1
    assert dates == sorted(dates, reverse=True)


def test_a_link_leads_to_where_a_page_is_served_and_stays_words_where_it_is_not():
    def url_of(file):
        return {"errors.md": "/v2/docs/errors"}.get(file, "")

    assert as_html("[a](errors.md#x) [b](../limits.md)", url_of) == (
        '<p><a href="/v2/docs/errors#x">a</a> <span>b</span></p>'
    )


def test_code_stays_as_it_is_and_is_scrolled_by_keys():
    assert as_html("```sh\na <b>\n\n  c\n```") == (
        '<pre tabindex="0"><code class="language-sh">a &lt;b&gt;\n\n  c\n</code></pre>'
    )
    assert as_html("    a").startswith('<pre tabindex="0">')


def test_each_part_of_a_page_that_a_link_names_is_there():
    for one in PAGES.values():
        for file, part in re.findall(r"\]\(([\w./-]*\.md)#([\w-]+)\)", one.file.read_text(encoding="utf-8")):
            target = (one.file.parent / file).read_text(encoding="utf-8")
            assert f'id="{part}"' in as_html(target), (one.name, part)


@pytest.mark.browser
@pytest.mark.looks
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_fit_the_window(live_server, browser, width):
    view = browser.new_page(viewport={"width": width, "height": 800})
    for name in PAGES:
        view.goto(f"{live_server.url}/v2/docs/{name}")
        assert view.evaluate("document.documentElement.scrollWidth") <= width, name
    view.close()
