"""As much Markdown as our own pages under ``docs/`` use: headings, paragraphs, lists, tables, code, bold, links."""

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_RULE = re.compile(r"^\|[-| :]+\|$")
_INLINE = [
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\[([^\]]+)\]\((/[^\s)]*|https?://[^\s)]+)\)"), r'<a href="\2">\1</a>'),
]


def as_html(text: str) -> SafeString:
    """HTML of a trusted page of ours; whatever is not known stays text."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("\n".join(line for block in blocks for line in _block(block)))  # noqa: S308  # all escaped


def _block(block: str) -> Iterator[str]:
    lines = block.splitlines()
    if heading := re.match(r"(#{1,3}) (.+)", lines[0]):
        level = len(heading.group(1))
        yield f"<h{level}>{_inline(heading.group(2))}</h{level}>"
        lines = lines[1:]
    if not lines:
        return
    if lines[0].startswith("|"):
        yield from _table(lines)
    elif lines[0].startswith("- "):
        items = "\n".join(lines)[2:].split("\n- ")
        yield f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
    else:
        yield f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> Iterator[str]:
    head, *rows = [line for line in lines if not _RULE.match(line)]
    yield '<div class="scroll" tabindex="0"><table>'
    yield f"<thead><tr>{''.join(f'<th scope=col>{cell}</th>' for cell in _cells(head))}</tr></thead><tbody>"
    yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(row))}</tr>" for row in rows)
    yield "</tbody></table></div>"


def _cells(line: str) -> list[str]:
    return [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> str:
    html: str = escape(text)
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return html
