"""Google's and Microsoft's calendars of a resource, let in at the desk or by a link, at stand-ins over HTTP."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client
from playwright.sync_api import expect

from bookings.calendars import consent
from bookings.lifecycle import act, reschedule
from bookings.models import Calendar, CalendarEntry, Connection
from tests.admin.conftest import logged_in, text_of
from tests.calendars.conftest import soon
from tests.calendars.google import LIST_SCOPE, Google
from tests.calendars.stand_in import Fault
from tests.calendars.test_desk import page
from tests.calendars.worlds import busy, read_all, write_all
from tests.situations import SERVER, a_booking, a_project, a_resource

pytestmark = pytest.mark.django_db
OWNER = "anna@example.org"


@pytest.fixture
def anna():
    return a_resource(name="Anna", email=OWNER)


@pytest.fixture
def manager():
    return logged_in("manager")


def on_to(answer) -> str:
    """The address that a page sends the browser on to; a form's own answer leads nowhere else."""
    assert answer.status_code == 200
    found = re.search(r'<a class="btn btn--primary" href="([^"]+)"', answer.content.decode())
    assert found
    return found[1].replace("&amp;", "&")


def asked(client: Client, resource, kind: str) -> str:
    """The provider's address, once staff have pressed the button."""
    return on_to(client.post(page("_ask", resource.pk), {"kind": kind}))


def comes_back(client: Client, address: str):
    return client.get(address.removeprefix("http://testserver"), follow=True)


def connected(client: Client, resource, kind: str, there) -> Connection:
    """By staff at the desk, with the account's owner agreeing."""
    answer = comes_back(client, there.consents(asked(client, resource, kind)))
    connection = Connection.objects.filter(resource=resource).latest("created_at")
    assert answer.redirect_chain[-1][0] == page("_choose", resource.pk, connection.pk)
    return connection


def writing(client: Client, resource, kind: str, there) -> Connection:
    """The same, and its main calendar takes the bookings."""
    connection = connected(client, resource, kind, there)
    row = str(connection.calendars.get(provider_primary=True).pk)
    client.post(page("_choose", resource.pk, connection.pk), {"read": [row], "write": [row], "primary": row})
    resource.refresh_from_db()
    return connection


def put(there, hour: int) -> None:
    """An event of a person's own, an hour long."""
    start, end = (f"{soon(one):%Y-%m-%dT%H:%M:%S}" for one in (hour, hour + 1))
    ending = "Z" if isinstance(there, Google) else ""
    there.person_puts(start + ending, end + ending)


def deletes(there, event: str) -> None:
    if isinstance(there, Google):
        there.person_changes(event, status="cancelled")
    else:
        there.person_deletes(event)


def starts(there) -> list[str]:
    return [event["start"]["dateTime"][:16] for event in there.has()]


# --- At the desk ---


def test_staff_connect_an_account_and_its_busy_times_count(manager, anna, kind, there):
    put(there, 10)
    connection = connected(manager, anna, kind, there)
    assert connection.account == OWNER
    read_all()
    assert busy(anna) == [(soon(10), soon(11))]
    shown = text_of(manager.get(page("", anna.pk)))
    assert OWNER in shown
    assert "takes no bookings" in shown
    put(there, 14)
    read_all()
    assert busy(anna) == [(soon(10), soon(11)), (soon(14), soon(15))]


def test_a_booking_is_written_moved_and_removed_there(manager, anna, kind, there):
    writing(manager, anna, kind, there)
    booking = a_booking(anna, soon(10))
    write_all()
    read_all()
    assert (len(there.has()), busy(anna)) == (1, [])
    booking = reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    read_all()
    assert [start[11:13] for start in starts(there)] == ["12"]
    act(booking, "cancel", by=SERVER)
    write_all()
    read_all()
    assert there.has() == []
    assert not CalendarEntry.objects.conflicting().exists()


def test_a_booking_that_somebody_deletes_over_there_is_flagged(manager, anna, kind, there):
    writing(manager, anna, kind, there)
    a_booking(anna, soon(10))
    write_all()
    read_all()
    deletes(there, CalendarEntry.objects.get().event)
    read_all()
    assert CalendarEntry.objects.conflicting().get().conflict == "deleted"


def test_an_answer_that_the_booking_itself_gave_is_no_change_over_there(manager, anna, google):
    writing(manager, anna, "google", google)
    a_booking(anna, soon(10), my_rsvp="declined", participants=[OWNER])
    write_all()
    CalendarEntry.objects.update(etag="")  # as where only the answer to the writing was lost
    read_all()
    assert google.has()[0]["attendees"][0]["responseStatus"] == "declined"
    assert not CalendarEntry.objects.conflicting().exists()


def test_only_the_main_calendar_is_read_until_staff_choose(manager, anna, google):
    google.lists.append({"id": "holidays", "summary": "Holidays", "accessRole": "reader"})
    connected(manager, anna, "google", google)
    rows = Calendar.objects.exclude(connection=None).order_by("name")
    assert list(rows.values_list("name", "provider_sync", "writes")) == [
        ("Anna", True, False),
        ("Holidays", False, False),
    ]


def test_a_refreshed_token_is_kept_and_used_from_then_on(manager, anna, kind, there):
    there.rotates = True
    connected(manager, anna, kind, there)
    first = Connection.objects.get().secret
    there.tokens.clear()
    read_all()
    kept = Connection.objects.get()
    assert (kept.state, kept.secret == first) == ("works", False)
    there.tokens.clear()
    read_all()
    assert Connection.objects.get().state == "works"


def test_an_ended_consent_signs_out_and_connecting_again_keeps_what_was_chosen(manager, anna, kind, there):
    connection = writing(manager, anna, kind, there)
    there.end_consent()
    read_all()
    assert "invalid_grant" in text_of(manager.get(page("", anna.pk)))
    booking = a_booking(anna, soon(10))
    write_all()
    again = connected(manager, anna, kind, there)
    assert again.pk == connection.pk
    write_all()
    read_all()
    assert (len(there.has()), Connection.objects.get().state) == (1, "works")
    assert booking.entries.get().calendar.primary


# --- What may come back instead ---


def test_without_the_operators_registration_there_is_no_button_and_nothing_is_asked(manager, anna):
    said = text_of(manager.get(page("", anna.pk)))
    for setting in ("GOOGLE_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "docs/calendars-google-microsoft.md"):
        assert setting in said
    assert "Connect Google" not in said
    answer = manager.post(page("_ask", anna.pk), {"kind": "google"}, follow=True)
    assert "registered" in text_of(answer)
    assert "state" not in str(dict(manager.session))


def test_the_page_says_beforehand_what_testing_means_and_what_to_register(manager, anna, google):
    said = text_of(manager.get(page("", anna.pk)))
    assert "Testing" in said
    assert "seven days" in said
    assert consent.back_address() in said


def refusals(client: Client, anna, kind: str, there) -> dict[str, tuple[str, str]]:
    """Answers that connect nothing, each with words of what is said."""
    address = asked(client, anna, kind)
    state = parse_qs(urlsplit(address).query)["state"][0]
    back = consent.back_address()
    return {
        "denied": (f"{back}?error=access_denied&state={state}", "did not agree"),
        "no state": (f"{back}?code=code-1", "Press Connect again"),
        "another's state": (f"{back}?code=code-1&state={signing.dumps('x')}", "Press Connect again"),
        "made up": (f"{back}?code=code-1&state=%00%ff{'x' * 3000}", "Press Connect again"),
        "no code of theirs": (f"{back}?code=nonsense&state={state}", "used already"),
        "nothing": (back, "Press Connect again"),
    }


@pytest.mark.parametrize(
    "case", ["denied", "no state", "another's state", "made up", "no code of theirs", "nothing"]
)
def test_an_answer_that_is_none_is_told_in_words_and_connects_nothing(manager, anna, kind, there, case):
    address, words = refusals(manager, anna, kind, there)[case]
    answer = comes_back(manager, address)
    assert answer.status_code in {200, 400}
    assert words in text_of(answer)
    assert not Connection.objects.exists()


def test_an_answer_counts_once_in_its_own_browser_and_for_a_quarter_of_an_hour(
    manager, anna, google, monkeypatch
):
    good = google.consents(asked(manager, anna, "google"))
    stranger = logged_in("admin")
    assert "no question of this browser" in text_of(comes_back(stranger, good))
    monkeypatch.setattr(consent, "QUESTION_SECONDS", -1)
    assert "fifteen minutes" in text_of(comes_back(manager, good))
    monkeypatch.undo()
    assert not Connection.objects.exists()
    assert "Now choose what is read" in text_of(comes_back(manager, good))
    assert "no question of this browser" in text_of(comes_back(manager, good))
    assert Connection.objects.count() == 1
    older = google.consents(asked(manager, anna, "google"))
    newer = google.consents(asked(manager, anna, "google"))
    assert "no question of this browser" in text_of(comes_back(manager, older))
    assert "Now choose what is read" in text_of(comes_back(manager, newer))


def test_an_answer_for_one_resource_connects_no_other(manager, anna, google):
    good = google.consents(asked(manager, anna, "google"))
    ben = a_resource(name="Ben")
    query = urlsplit(good).query
    answer = manager.get(f"{page('_back', ben.pk)}?{query}", follow=True)
    assert "Press Connect again" in text_of(answer)
    assert not Connection.objects.exists()


def test_an_unticked_right_is_told(manager, anna, google):
    good = google.consents(asked(manager, anna, "google"), but=LIST_SCOPE)
    assert "every box ticked" in text_of(comes_back(manager, good))
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, path="token"),
        Fault(half=True, path="token"),
        Fault(429, path="token"),
        Fault(503, path="alendar"),
        Fault(half=True, path="alendar"),
        Fault(403, "insufficientPermissions", path="alendar"),
    ],
    ids=lambda fault: f"{fault.status} {fault.half} {fault.path}",
)
def test_a_provider_that_fails_is_told_and_leaves_nothing(manager, anna, kind, there, fault):
    there.faults.append(fault)
    answer = comes_back(manager, there.consents(asked(manager, anna, kind)))
    assert answer.redirect_chain[-1][0] == page("", anna.pk)
    assert answer.context["messages"]
    assert not Connection.objects.exists()
    assert not Calendar.objects.exclude(connection=None).exists()
    assert connected(manager, anna, kind, there)


@pytest.mark.parametrize(
    "garbage",
    [
        [],
        "x",
        {"expires_in": "soon"},
        {"expires_in": float("inf")},
        {"expires_in": [1]},
        {"scope": 7},
        {"access_token": None},
    ],
)
def test_an_answer_of_another_form_is_told(manager, anna, kind, there, garbage, monkeypatch):
    good = there.consents(asked(manager, anna, kind))
    whole = type(there).token

    def another(self, request):
        return {**whole(self, request), **garbage} if isinstance(garbage, dict) else garbage

    monkeypatch.setattr(type(there), "token", another)
    answer = comes_back(manager, good)
    assert answer.redirect_chain[-1][0] == page("", anna.pk)
    assert not Connection.objects.exists()


def test_calendars_of_another_form_are_told(manager, anna, kind, there):
    there.lists = [{"nothing": 1}]
    answer = comes_back(manager, there.consents(asked(manager, anna, kind)))
    assert "not understood" in text_of(answer)
    assert not Connection.objects.exists()


def test_who_may_not_change_a_resource_asks_for_no_consent(manager, anna, google):
    desk = logged_in("desk")
    assert desk.post(page("_ask", anna.pk), {"kind": "google"}).status_code == 403
    good = google.consents(asked(manager, anna, "google"))
    assert comes_back(desk, good).status_code == 403
    assert not Connection.objects.exists()


# --- The link for the colleague ---


def the_link(client: Client, resource) -> str:
    found = re.search(
        r"http://testserver(/calendars/connect/[^<]+)", client.get(page("", resource.pk)).content.decode()
    )
    assert found
    return found[1]


def test_a_colleague_connects_by_a_link_without_seeing_the_desk(manager, anna, kind, there):
    link, colleague = the_link(manager, anna), Client()
    said = text_of(colleague.get(link))
    assert "Read:" in said
    assert "Written:" in said
    assert not Connection.objects.exists()
    answer = comes_back(colleague, there.consents(on_to(colleague.post(link, {"kind": kind}))))
    assert "Your calendar is connected" in text_of(answer)
    assert "/admin" not in answer.content.decode()
    anna.refresh_from_db()
    a_booking(anna, soon(10))
    write_all()
    assert len(there.has()) == 1


def test_one_provider_is_the_step_on_and_of_two_neither_stands_before_the_other(
    manager, anna, google, settings
):
    link = the_link(manager, anna)
    for others, filled in (("", 1), ("set up", 0)):
        settings.MICROSOFT_CLIENT_ID = settings.MICROSOFT_CLIENT_SECRET = others
        said = Client().get(link).content.decode()
        assert said.count('name="kind"') == 2 - filled
        assert said.count("btn--primary") == filled


def test_colleague_and_staff_read_beforehand_what_events_say(manager, anna, kind, there):
    """As each project has it, and nothing of projects that are not hers."""
    usual, everything = "An event says: what is booked and for whom.", "everything: the customer with phone"
    pages = (Client(), the_link(manager, anna)), (manager, page("", anna.pk))
    for client, url in pages:
        assert usual in text_of(client.get(url))
    a_project(anna, calendar_words="nothing")
    a_project(a_resource(name="Ben"), calendar_words="all")
    for client, url in pages:
        said = text_of(client.get(url))
        assert "An event says: “Booked”, with a link to this site." in said
        assert everything not in said
    a_project(anna, calendar_words="all")
    for client, url in pages:
        assert everything in text_of(client.get(url))


def test_a_colleague_who_says_no_is_told_and_nothing_is_connected(manager, anna, google):
    link, colleague = the_link(manager, anna), Client()
    state = parse_qs(urlsplit(on_to(colleague.post(link, {"kind": "google"}))).query)["state"][0]
    answer = comes_back(colleague, f"{consent.back_address()}?error=access_denied&state={state}")
    assert "did not agree" in text_of(answer)
    assert not Connection.objects.exists()


def test_a_link_that_ended_was_changed_or_whose_resource_is_offered_no_more_opens_nothing(
    manager, anna, google, monkeypatch
):
    link = the_link(manager, anna)
    assert Client().get(link[:-2] + "/").status_code == 404
    monkeypatch.setattr(consent, "LINK_SECONDS", -1)
    assert "seven days" in text_of(Client().get(link))
    assert Client().post(link, {"kind": "google"}).status_code == 404
    monkeypatch.undo()
    anna.deleted_at = soon(1)
    anna.save()
    assert Client().get(link).status_code == 404


# --- The way out ---


def disconnected(client: Client, connection: Connection, events: str = "keep") -> str:
    url = page("_disconnect", connection.resource_id, connection.pk)
    return text_of(client.post(url, {"events": events}, follow=True))


def test_disconnecting_ends_the_access_at_google_and_names_the_page_at_microsoft(manager, anna, kind, there):
    said = disconnected(manager, connected(manager, anna, kind, there))
    assert not Connection.objects.exists()
    assert ("myapplications.microsoft.com" in said) == (kind == "microsoft")
    assert (there.refreshes == {}) == (kind == "google")


def test_a_failure_to_end_the_access_is_told_and_hinders_nothing(manager, anna, google):
    connection = connected(manager, anna, "google", google)
    google.stop()
    said = disconnected(manager, connection)
    assert "myaccount.google.com/connections" in said
    assert not Connection.objects.exists()


def test_the_access_ends_once_the_bookings_are_removed(manager, anna, google):
    connection = writing(manager, anna, "google", google)
    a_booking(anna, soon(10))
    write_all()
    assert "once the bookings are removed" in disconnected(manager, connection, "remove")
    assert google.refreshes
    write_all()
    read_all()
    assert (google.has(), google.refreshes, Connection.objects.count()) == ([], {}, 0)


def test_an_account_that_another_resource_uses_stays_open(manager, anna, google):
    first = connected(manager, anna, "google", google)
    other = connected(manager, a_resource(name="Ben"), "google", google)
    assert "another connection uses it" in disconnected(manager, first)
    assert google.refreshes
    disconnected(manager, other)
    assert google.refreshes == {}


# --- In a browser ---


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_goes_on_to_a_server_elsewhere_and_comes_back(browser, live_server, settings, anna, google):
    settings.SITE_URL = live_server.url
    page = browser.new_context().new_page()
    page.goto(consent.link_for(anna))
    page.get_by_role("button", name="Connect Google").click()
    page.wait_for_url(f"{google.url}/**")
    page.goto(google.consents(page.url))
    expect(page.get_by_role("heading", name="Your calendar is connected")).to_be_visible()
    assert Connection.objects.get().account == OWNER
    page.context.close()
