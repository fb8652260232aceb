"""Columns that keep what Django's own do not: the order of keys, and the narrower copies of pictures."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Json, Jsonb

from bookings.picture_files import PictureFile


class OrderedJSONField(models.JSONField):
    """An object whose keys keep their order: PostgreSQL's jsonb sorts them, its json does not.

    The price: json knows no equality there, so that a row with such a column cannot be selected DISTINCT.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        adapted = super().get_db_prep_value(value, connection, prepared)
        return Json(adapted.obj, adapted.dumps) if isinstance(adapted, Jsonb) else adapted

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """psycopg reads json by itself; Django keeps it from doing so for jsonb only."""
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value


class PictureField(models.ImageField):
    """An ``ImageField`` whose files have narrower copies beside them; the database knows no difference."""

    attr_class = PictureFile

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs
