"""What the templates of mails ask."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def breakable(words: str) -> SafeString:
    """Words as HTML, in which an address may go on in the next line behind its @."""
    return format_html_join(SafeString("@<wbr>"), "{}", ((part,) for part in words.split("@")))
