"""What the form templates ask of a bound field."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control in the look's class; hint and error are tied to it by Django."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"control {own}".strip()})


@register.filter
def first_id(field: BoundField) -> str:
    """The id of the first control of a field: where a link from the summary of errors leads."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def problem(field: BoundField, error: str) -> str:
    """One error as a line of the summary: a box to tick has a long label, so its error speaks for itself."""
    if isinstance(field.field.widget, CheckboxInput):
        return error
    return _("%(label)s: %(error)s") % {"label": field.label, "error": error}
