"""Names for those parts of Django's own pages of the desk that have none for whoever hears the page."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
_EMPTY_HEADER = re.compile(r"<th(?P<attributes>[^>]*)>\s*</th>")
_REACHED_BY_KEYS = re.compile(r'<(?:a|button|select|summary|textarea)\b|<input(?![^>]*type="hidden")')


@register.filter
def with_named_headers(table: SafeString) -> SafeString:
    """The table with no header cell that is empty: that of a row's name has one, above nothing stands a plain cell.

    One in which nothing can be changed is reached by keys itself, so that they scroll it where it is too wide.
    """

    def named(header: re.Match[str]) -> str:
        attributes = header["attributes"]
        if "original" in attributes:
            hidden = format_html('<span class="visually-hidden">{}</span>', _("Row"))
            return f'<th scope="col"{attributes}>{hidden}</th>'
        return f"<td{attributes}></td>"

    whole = _EMPTY_HEADER.sub(named, table)
    if not _REACHED_BY_KEYS.search(whole):
        whole = whole.replace("<fieldset ", '<fieldset tabindex="0" ', 1)
    return mark_safe(whole)  # noqa: S308  # as safe as it came
