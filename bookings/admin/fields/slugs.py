"""An address on the site that nobody needs to think of."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bookings.slugs import free_slug

MADE_OF_THE_NAME = gettext_lazy("Empty: made of the name.")


class SlugByItself(forms.ModelForm):
    """A form whose ``slug`` may be left empty: a new row's is made of its name, a stored one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = MADE_OF_THE_NAME

    def clean_slug(self) -> str:
        typed: str = self.cleaned_data["slug"]
        return typed or self.instance.slug or free_slug(self.data.get("name", ""), self._meta.model)
