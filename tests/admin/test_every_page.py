"""Whoever staff are, no page of the desk breaks: every link is followed, and what is not theirs is refused in words."""

import re
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from bookings.demo.make import make_demo
from bookings.graphs.versions import new_draft
from bookings.lifecycle import add_event
from bookings.models import Event, Graph, Webhook
from tests.admin.conftest import logged_in, text_of
from tests.shared import rows_of_many_tests
from tests.situations import a_booking, a_hold, a_project, a_resource, at

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|action)="(/admin/[^"#]*|\?[^"#]*)"')
PER_KIND = 2
LOOKS = {"o", "_facets", "_changelist_filters"}  # how a list is sorted, not what is in it
ROLES = {
    "desk": {
        "may": ["booking_add", "event_changelist"],
        "may_not": ["event_add", "apikey_changelist", "project_add"],
    },
    "manager": {
        "may": ["booking_add", "event_add", "project_add", "apikey_changelist", "webhook_add"],
        "may_not": ["apikey_add", "graph_add"],
    },
    "designer": {"may": ["graph_add", "project_changelist"], "may_not": ["booking_changelist", "event_add"]},
    "admin": {"may": ["apikey_add", "graph_add", "webhook_add"], "may_not": ["site_add"]},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_work_needs_and_no_more(role, db):
    client = logged_in(role)
    for name in ROLES[role]["may"]:
        assert client.get(reverse(f"admin:bookings_{name}")).status_code == 200, name
    for name in ROLES[role]["may_not"]:
        assert client.get(reverse(f"admin:bookings_{name}")).status_code == 403, name


def test_a_designer_opens_no_page_of_a_booking(designer):
    booking = a_booking(a_resource(), at(9))
    for page in ("change", "move", "correct", "attendance", "undo", "erase", "renew"):
        assert designer.get(reverse(f"admin:bookings_booking_{page}", args=[booking.pk])).status_code == 403


# Each test from here on finds the same site, which is there until the last of them.
@pytest.fixture(scope="module")
def a_site_in_use(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with rows_of_many_tests(django_db_blocker):
        make_demo(test=True)
        resource = a_resource()
        start = at(9)
        a_booking(resource, start, graph="request")
        a_hold(resource, start + timedelta(hours=5))
        calendar = resource.calendars.get()
        add_event(Event(calendar=calendar, start=at(12), end=at(13), what="<b>Ill</b>"))
        new_draft(Graph.objects.get(name="instant"))
        Webhook.objects.create(url="https://example.com/hook")
        a_project(resource, booking={"graph": "group_customer"})
        yield


def of_the_demo(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=role))
    return client


def kind_of(url: str, *, every_mail: bool) -> str:
    """A URL without what tells rows apart, since a page is the same for each of them.

    Mails, which each say something else, may be told apart, except in their histories, in which nothing stands yet.
    """
    path, _question, asked = url.partition("?")
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|/\d+/", "/*/", path)
    if not every_mail or path.endswith("/history/"):
        path = re.sub(r"(?<=/mailwords/)[^/]+/", "*/", path)
    names = {part.partition("=")[0] for part in asked.split("&")} - LOOKS
    return f"{path}?{'&'.join(sorted(names)) if len(names) < 2 else 'several'}"


def crawled(client: Client, *, every_mail: bool) -> tuple[dict[str, int], str]:
    """The URLs that the pages lead to, a few of each kind, with the status of each; and all that they show."""
    waiting, answers, kinds, whole = deque([reverse("admin:index")]), {}, {}, []
    while waiting:
        url = waiting.popleft()
        kind = kind_of(url, every_mail=every_mail)
        if url in answers or "logout" in url or kinds.get(kind, 0) >= PER_KIND:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        response = client.get(url)
        answers[url] = response.status_code
        if response.status_code == 200 and "text/html" in response["Content-Type"]:
            shown = text_of(response)
            whole.append(shown)
            assert " style=" not in shown or url.endswith("/preview/"), url  # mails need them
            assert not re.search(r"\son\w+=", shown), url
            assert "<b>Ill</b>" not in shown, url
            base = url.partition("?")[0]
            found = (link.replace("&amp;", "&") for link in LINK.findall(shown))
            waiting += [base + link if link.startswith("?") else link for link in found]
        elif response.status_code == 302 and response["Location"].startswith("/admin/"):
            waiting.append(response["Location"])
    return answers, "".join(whole)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_is_led_to_opens(role, a_site_in_use):
    answers, shown = crawled(of_the_demo(role), every_mail=role == "admin")
    assert ("Marty McFly" in shown) == (role != "designer")
    posted_only = (
        *("/revoke/", "/copy/", "/draft/", "/link/", "/backups/now/", "/backups/key/", "/test/", "/resume/"),
        *("/press/", "/take-back/", "/attended/", "/seen/", "/retry/", "/again/"),
    )
    broken = {
        url: status
        for url, status in answers.items()
        if status not in (200, 302) and not (status == 405 and url.endswith(posted_only))
    }
    assert not broken
    assert len(answers) > 40
