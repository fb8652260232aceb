"""Our own pages under ``docs/`` as HTML: CommonMark with tables; links among them lead to where they are served."""

import re
from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

UrlOfPage = Callable[[str], str]
"""Where a page is served, by its file as a link spells it; empty where it is not."""


def as_html(text: str, url_of: UrlOfPage = lambda _file: "") -> SafeString:
    """HTML of a trusted page of ours; markup in it stays text, and headings can be linked to."""
    html: str = _parser.render(text, {"url_of": url_of})
    return mark_safe(html.strip())  # noqa: S308  # what the parser does not make itself it escapes


class _Renderer(RendererHTML):
    """Tables and code that scroll by themselves, headings with an id, and links to pages that are served."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at].attrSet("id", anchor(tokens[at + 1].content))
        return self.renderToken(tokens, at, options, env)

    def fence(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return _scrolling(super().fence(tokens, at, options, env))

    def code_block(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return _scrolling(super().code_block(tokens, at, options, env))

    def table_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="scroll" tabindex="0">' + self.renderToken(tokens, at, options, env)

    def table_close(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderToken(tokens, at, options, env).rstrip() + "</div>\n"

    def th_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at].attrSet("scope", "col")
        return self.renderToken(tokens, at, options, env)

    def link_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        url = _served(str(tokens[at].attrGet("href") or ""), env["url_of"])
        if not url:
            return "<span>"
        tokens[at].attrSet("href", url)
        return self.renderToken(tokens, at, options, env)

    def link_close(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        opened = next(one for one in reversed(tokens[:at]) if one.type == "link_open")
        return "</a>" if _served(str(opened.attrGet("href") or ""), env["url_of"]) else "</span>"


def _scrolling(code: str) -> str:
    """Lines that are longer than the window are reached by keys."""
    return code.replace("<pre>", '<pre tabindex="0">', 1)


def anchor(heading: str) -> str:
    """The id of a heading, as code forges make it of one in plain letters: small, with hyphens between its words."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


def _served(href: str, url_of: UrlOfPage) -> str:
    """The address of a link as a served page has it; empty where it leads to a file that is not served."""
    file, hash_mark, part = href.partition("#")
    if not file.endswith(".md") or "://" in file:
        return href
    url = url_of(file)
    return f"{url}{hash_mark}{part}" if url else ""


_parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
