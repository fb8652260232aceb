"""The app of the record and the start of the API in answers."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import RowOut
from bookings.models import Site


class StartOut(TypedDict):
    """Where the API is described; ``guides`` are pages by what they are about."""

    version: str
    documentation: str
    differences: str
    schema: str
    guides: dict[str, str]


class AppSettingsOut(TypedDict):
    timezone: str
    language: str
    currency: str
    disableEmail: bool  # the record spells it so


class AppOut(RowOut):
    """``webhook_secret`` is told to keys without limits."""

    name: str
    slug: str
    role: str
    settings: AppSettingsOut
    test_mode: bool
    webhook_secret: str | None
    creator_resource_id: None
    api_trial_expires_at: None


def serialize_app(
    site: Site, since: datetime, context: Context, *, secret: str | None, is_test: bool
) -> AppOut:
    return {
        "id": str(uuid5(NAMESPACE_URL, settings.SITE_URL)),
        "name": site.name,
        "slug": settings.SITE_URL.partition("://")[2],
        "role": "admin",
        "settings": {
            "timezone": site.timezone,
            "language": site.language,
            "currency": site.currency,
            "disableEmail": not settings.MAIL_IS_SET_UP,
        },
        "test_mode": settings.TEST_MODE or is_test,
        "webhook_secret": secret,
        "creator_resource_id": None,
        "api_trial_expires_at": None,
        "created_at": context.timestamp(since),
        "updated_at": context.timestamp(since),
    }
