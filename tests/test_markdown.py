"""What staff write as a description: a part of Markdown, everything else escaped, in bounded time."""

import re
import time

import pytest

from bookings.markdown import LONGEST, as_html


def test_paragraphs_lists_emphasis_and_links_are_shown():
    html = as_html(
        "One *line*.\n\n- first\n- **second**\n\n[Where](https://example.org/way?a=1&b=2) · <https://example.org>"
    )
    assert "<p>One <em>line</em>.</p>" in html
    assert "<li>first</li>" in html
    assert "<strong>second</strong>" in html
    assert (
        '<a href="https://example.org/way?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">'
        in html
    )
    assert html.count("<a ") == 2


def test_a_line_stays_a_line():
    assert as_html("Bring a coat.\nAnd boots.") == "<p>Bring a coat.<br />\nAnd boots.</p>\n"


def test_headings_stand_below_those_of_the_page():
    assert as_html("# One\n\n##### Five") == "<h3>One</h3>\n<h6>Five</h6>\n"


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "text <b onmouseover=alert(1)>x</b>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<!-- --><style>p { display: none }</style>",
    ],
)
def test_html_is_shown_as_it_was_typed(typed):
    html = as_html(typed)
    assert set(re.findall(r"<(\w+)", html)) == {"p"}
    assert "script" not in re.findall(r"<[^>]*>", html)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/admin/",
        "file:///etc/passwd",
        "\x01javascript:alert(1)",
    ],
)
def test_a_link_that_leads_elsewhere_is_none(url):
    assert "<a " not in as_html(f"[press]({url})")
    assert "<a " not in as_html(f"<{url}>")
    assert "<a " not in as_html(f"[press][1]\n\n[1]: {url}")


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example", "mailto:me@a.example"])
def test_a_link_that_leads_somewhere_is_one(url):
    assert f'href="{url}"' in as_html(f"[press]({url})")


def test_a_quote_in_a_link_does_not_end_its_attribute():
    html = as_html(
        '[press](https://a.example/"onclick="alert(1)) [t](https://a.example "x\\" onclick=\\"alert(1)")'
    )
    assert not re.search(r'<[^>]*" onclick="', html)


def test_pictures_are_not_loaded():
    assert "<img" not in as_html("![a](https://a.example/track.gif)")


def test_what_turns_the_direction_of_a_text_is_left_out():
    assert as_html("price \u202e001\u2066 € &#x202e;").count("\u202e") == 0


@pytest.mark.parametrize(
    "piece", ["[", "> ", "*", "- ", "![](", "<a", "`", "[a](", "_a ", "**a*", "(" * 3, "\\"]
)
def test_a_hundred_kilobytes_of_nesting_take_no_time(piece):
    before = time.process_time()
    html = as_html(piece * (100_000 // len(piece)))
    assert time.process_time() - before < 3
    assert len(html) < 40 * LONGEST
