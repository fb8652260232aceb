"""What a person does on a page of the desk, and how much of it: each press, field, choice and drag counts as one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from playwright.sync_api import Locator, Page

TODAY = reverse("admin:index")


class Counted:
    """A page of the desk on which every press, field, choice and drag is counted."""

    def __init__(self, page: Page, url: str, faults: list[str]) -> None:
        self.page, self.url, self.faults, self.count = page, url, faults, 0

    def begin(self, path: str = TODAY) -> None:
        """A task begins: nothing was pressed yet."""
        self.page.goto(self.url + path)
        self.count = 0

    def press(self, role: Any, name: str, within: Any = None, *, exact: bool = False) -> None:
        """Which leads to another page."""
        self.count += 1
        with self.page.expect_navigation():
            (within or self.page).get_by_role(role, name=name, exact=exact).first.click()

    def press_here(self, role: Any, name: str) -> None:
        """Which leads nowhere: the page itself goes on."""
        self.count += 1
        self.page.get_by_role(role, name=name, exact=True).click()

    def type(self, label: str, words: str, *, exact: bool = False) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=exact).first.press_sequentially(words)

    def fill(self, label: str, words: str, within: Any = None, *, exact: bool = False) -> None:
        """Another value in place of the one that stands there."""
        self.count += 1
        (within or self.page).get_by_label(label, exact=exact).first.fill(words)

    def tick(self, label: str) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=True).first.check()

    def choose(self, label: str, words: str, within: Any = None) -> None:
        self.count += 1
        (within or self.page).get_by_label(label, exact=True).select_option(label=words)

    def take_away(self, name: str) -> str:
        """What a press on a link brings to the disk, as text."""
        self.count += 1
        with self.page.expect_download() as got:
            self.page.get_by_role("link", name=name).click()
        return got.value.path().read_text()

    def enter(self) -> None:
        self.count += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def drag(self, what: Locator, *, down: int = 0, across: int = 0) -> None:
        """By so many pixels."""
        self.count += 1
        box = what.bounding_box()
        assert box is not None
        begin = box["x"] + box["width"] / 2, box["y"] + 12
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(begin[0] + across / 2, begin[1] + down / 2, steps=4)
        self.page.mouse.move(begin[0] + across, begin[1] + down, steps=4)
        self.page.mouse.up()
