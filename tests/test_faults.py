"""The judge of pages finds what is broken, on which screen and in which scheme."""

import pytest

from tests.faults import faults_of, faults_on_screens

pytestmark = [pytest.mark.browser, pytest.mark.looks]
PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>
  p { color: #000; background: #fff; transition: color 10s }
  @media (prefers-color-scheme: dark) { p { color: #eee } }
  div { display: none; width: 400px } @media (max-width: 350px) { div { display: block } }
  @media (min-width: 1000px) { img { display: none } }
</style>
<main><h1>Words</h1><p>Words</p><div>Words</div><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main></html>"""


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_content(PAGE)
    yield page
    page.close()


def test_a_fault_is_named_with_the_part_that_has_it(page):
    assert faults_of(page) == []
    page.evaluate("document.title = ''")
    assert faults_of(page) == ["document-title html"]


def test_a_fault_of_one_width_or_scheme_is_found_there_without_loading_the_page_again(page):
    assert faults_on_screens(page, (1280, 768, 320)) == [
        "1280 px, dark: color-contrast p",
        "768 px, light: image-alt img",
        "768 px, dark: color-contrast p",
        "768 px, dark: image-alt img",
        "320 px, light: image-alt img",
        "320 px, light: wider than the screen",
        "320 px, dark: color-contrast p",
        "320 px, dark: image-alt img",
        "320 px, dark: wider than the screen",
    ]
    assert faults_on_screens(page, [1280], ["light"]) == []
