"""Staff of each role, logged in, and the values of a page's forms as a browser would send them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from bookings.models import Booking
from bookings.roles import make_roles
from tests.admin.big_desk import a_big_desk
from tests.admin.counted import Counted


def logged_in(role: str) -> Client:
    make_roles(Group, Permission)
    user = User.objects.create_user(role, f"{role}@example.org", is_staff=True, is_superuser=role == "admin")
    if role != "admin":
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> Client:
    return logged_in("admin")


@pytest.fixture
def desk(db: None) -> Client:
    return logged_in("desk")


@pytest.fixture
def manager(db: None) -> Client:
    return logged_in("manager")


@pytest.fixture
def designer(db: None) -> Client:
    return logged_in("designer")


@contextmanager
def pages_without_faults(browser: Browser, url: str) -> Iterator[tuple[Callable[..., Page], list[str]]]:
    """What opens an empty page in a browser in which a role is logged in, and the faults of its pages so far: in a
    script, or against the policy.  There may be none in the end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(role: str, **options: Any) -> Page:
        context = browser.new_context(locale="en-GB", **options)
        contexts.append(context)
        session = logged_in(role).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield opened, faults
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def counted(browser: Browser, live_server: Any) -> Iterator[Callable[..., Counted]]:
    """Opens the big desk as a role; a fault in a script or a breach of the policy fails the test."""
    a_big_desk()
    with pages_without_faults(browser, live_server.url) as (open_page, faults):
        yield lambda role: Counted(
            open_page(role, viewport={"width": 1280, "height": 1000}), live_server.url, faults
        )


@pytest.fixture
def page() -> Callable[..., str]:
    """The URL of a page of a booking."""

    def url(booking: Booking, name: str = "change", *more: str) -> str:
        return reverse(f"admin:bookings_booking_{name}", args=[booking.pk, *more])

    return url


class _Controls(HTMLParser):
    """Collects what a browser would send: inputs, ticked boxes, chosen options, texts."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.select: str | None = None
        self.text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        name = own.get("name")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in own or self.select not in self.values):
            self.values[self.select] = own.get("value") or ""
        elif tag == "textarea" and name:
            self.text, self.values[name] = name, ""
        elif tag == "input" and name:
            self._input(name, own)

    def _input(self, name: str, own: dict[str, str | None]) -> None:
        kind = own.get("type")
        if kind in {"submit", "file", "button"} or (kind in {"checkbox", "radio"} and "checked" not in own):
            return
        value = own.get("value") or ("on" if kind == "checkbox" else "")
        if kind == "hidden" and name in self.values and name != "csrfmiddlewaretoken":
            before = self.values[name]
            self.values[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            self.values[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.text = None

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.values[self.text] += data.removeprefix("\n")


def values_of(response: HttpResponse) -> dict[str, Any]:
    """Everything that a browser would send back from a page that nobody touched."""
    controls = _Controls()
    controls.feed(response.content.decode())
    return controls.values


def filled_in(page: str, part: str, typed: dict[str, str]) -> tuple[str | None, dict[str, Any]]:
    """The form of a page whose text or address has ``part`` in it: where it is sent, and what its button sends."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if part in one)
    controls = _Controls()
    controls.feed(form)
    button = re.search(r'<button[^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
    pressed = {button[1]: button[2]} if button and button[1] not in controls.values else {}
    action = re.search(r'<form[^>]*action="([^"]*)"', form)
    return action[1] if action else None, controls.values | pressed | typed


def text_of(response: HttpResponse) -> str:
    return response.content.decode()
