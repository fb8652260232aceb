"""A graph made from nothing in a browser, its interactions counted, and the page free of faults in both schemes."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from bookings.graphs.versions import new_draft
from bookings.models import Graph
from bookings.roles import make_roles
from tests.faults import faults_on_screens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_INTERACTIONS = 40


@pytest.fixture
def designer(browser, live_server):
    """A page of somebody who may edit graphs."""
    make_roles(Group, Permission)
    user = User.objects.create_user("dora", password="dora-has-a-pass", is_staff=True)
    user.groups.add(Group.objects.get(name="designer"))
    contexts = []

    def opened(**options) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{live_server.url}{reverse('admin:login')}")
        page.locator("[name=username]").fill("dora")
        page.locator("[name=password]").fill("dora-has-a-pass")
        page.locator("form [type=submit]").click()
        page.wait_for_url("**/admin/")
        return page

    yield opened
    for context in contexts:
        context.close()


class Hand:
    """Presses, types and chooses, and counts what it did."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, what: Locator) -> None:
        self.count += 1
        what.click()

    def fill(self, what: Locator, words: str) -> None:
        self.count += 1
        what.fill(words)

    def choose(self, what: Locator, value: str) -> None:
        self.count += 1
        what.select_option(value)

    def action(self, card: Locator, label: str, new_state: str = "") -> Locator:
        """A further action below a state."""
        more = card.locator("> .graph-more")
        if more.get_attribute("open") is None:
            self.press(more.locator("summary").first)
        else:
            self.press(more.locator("[data-another]"))
        row = more.locator(".graph-action").last
        self.fill(row.locator("[name$=-label]"), label)
        self.choose(row.locator("[name$=-target]"), "new")
        self.fill(row.locator("[name$=-new_state]"), new_state)
        return row

    def open(self, row: Locator) -> Locator:
        self.press(row.locator("> .graph-rest > summary"))
        return row


def test_a_waiting_room_is_made_from_nothing_and_published(designer, live_server):
    page = designer(viewport={"width": 1280, "height": 900})
    page.goto(f"{live_server.url}{reverse('admin:bookings_graph_add')}")
    hand = Hand(page)
    hand.fill(page.get_by_label("Title"), "Waiting room")
    hand.press(page.locator("[name=_save]"))
    page.wait_for_url("**/change/")
    card = page.locator(".graph-state:has(> .graph-state__head [value=Booked])")
    hand.fill(card.locator("> .graph-state__head [type=text]"), "Requested")
    hand.open(card)
    hand.press(card.locator("> .graph-rest [name$=-settled]"))
    accept = hand.open(hand.action(card, "Accept", "Accepted"))
    hand.press(accept.locator("[name$=-by_owner]"))
    refuse = hand.open(hand.action(card, "Refuse", "Refused"))
    hand.press(refuse.locator("[name$=-by_owner]"))
    lapse = hand.open(hand.action(card, "Let lapse", "Not answered in time"))
    hand.press(lapse.locator("[name$=-by_staff]"))
    hand.fill(lapse.locator("[name$=-automatic_after]"), "2 hours")
    hand.press(page.get_by_role("button", name="Save"))
    accepted = page.locator(".graph-state:has(> .graph-state__head [value=Accepted])")
    hand.press(accepted.get_by_label("keeps the time"))
    arrived = hand.action(accepted, "Arrived", "Done")
    expect(arrived.locator("[name$=-new_state]")).to_be_visible()
    hand.press(page.get_by_role("button", name="Save"))
    hand.press(page.get_by_role("link", name="Look and publish"))
    hand.press(page.get_by_role("button", name="Publish"))
    expect(page.locator(".messagelist")).to_contain_text("is published")
    published = Graph.objects.get(name="waiting_room").versions.published().get()
    assert {"accepted", "refused", "not_answered_in_time", "done"} < {
        one.name for one in published.states.all()
    }
    assert published.actions.get(name="let_lapse").by_clock
    assert hand.count <= MOST_INTERACTIONS


@pytest.mark.looks
def test_the_page_of_a_draft_is_free_of_faults_that_a_machine_can_find(designer, live_server):
    draft = new_draft(Graph.objects.get(name="confirm_decline"))
    page = designer(viewport={"width": 375, "height": 800})
    for name in ("change", "publish", "try"):
        page.goto(f"{live_server.url}{reverse(f'admin:bookings_graphversion_{name}', args=[draft.pk])}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert faults_on_screens(page, [375]) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 375
