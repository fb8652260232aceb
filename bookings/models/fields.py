"""Fields that differ from Django's in one point."""

from typing import Any

from django.db import models


class HttpsURLField(models.URLField):
    """A URL whose form field completes an address without a scheme by https, as Django 6 does by itself."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https"} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs
