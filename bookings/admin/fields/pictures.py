"""A picture at the desk: shown as it is, with the field that replaces it."""

from typing import Any

from django.contrib.admin.widgets import AdminFileWidget
from django.db.models import ImageField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.pictures import PictureField


class PictureWidget(AdminFileWidget):
    use_fieldset = False  # Django 6.1 groups a file by a legend, which names no field

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        if not self.is_initial(value):
            return field
        picture = format_html('<img class="picture-kept" src="{}" alt="" height="96">', value.url)
        return format_html('<span class="picture-field">{}{}</span>', picture, field)


PICTURES: dict[Any, Any] = {ImageField: {"form_class": PictureField, "widget": PictureWidget}}
