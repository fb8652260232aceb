"""Addresses on the site that are made of names."""

from secrets import token_hex
from typing import Any

from django.utils.text import slugify


def free_slug(name: str, model: Any) -> str:
    """An address made of a name, with some random letters where that is taken."""
    plain = slugify(name)[:60].strip("-") or model._meta.model_name
    return f"{plain}-{token_hex(4)}" if model.objects.filter(slug=plain).exists() else plain
