"""What staff write as a description: paragraphs, lists, emphasis and links of Markdown, and nothing else.

HTML is shown as it was typed, pictures as their words; a link leads to http, https or mailto, or is none.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LONGEST = 20_000
SCHEMES = {"http", "https", "mailto"}
HIGHEST_HEADING = 3  # under the page's own and that of its part
# Not typed and not seen: what turns the direction of the text that follows.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def as_html(text: str) -> SafeString:
    """The text as HTML in which every word of it is escaped; what is beyond ``LONGEST`` characters is left out."""
    typed = text[:LONGEST].translate(_DIRECTIONS)
    html: SafeString = mark_safe(_parser.render(typed))  # noqa: S308  # what it does not make itself it escapes
    return html


def _leads_somewhere(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False


class _Renderer(RendererHTML):
    """Headings below those of the page, and links that tell the other site nothing."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return f"<h{_level(tokens[at])}>"

    def heading_close(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{_level(tokens[at])}>\n"

    def link_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at].attrSet("rel", "noopener noreferrer nofollow")
        tokens[at].attrSet("target", "_blank")
        return self.renderToken(tokens, at, options, env)


def _level(heading: Token) -> int:
    return min(6, int(heading.tag[1]) + HIGHEST_HEADING - 1)


def _made() -> MarkdownIt:
    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": 20}
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    parser.disable(["image", "html_block", "html_inline", "code", "fence", "reference", "entity"])
    parser.validateLink = _leads_somewhere  # type: ignore[method-assign]
    return parser


_parser = _made()
