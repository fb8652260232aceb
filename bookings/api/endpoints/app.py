"""The app of the record: this whole installation."""

from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Min
from django.http import HttpResponse

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.responses.answers import data_answer
from bookings.api.responses.context import Context
from bookings.api.responses.schemas import AppShape, One
from bookings.models import ApiKey, Site


@api.get("/app", auth=server_only, tags=["App"], response={200: One[AppShape]})
def get_app(request: ApiRequest) -> HttpResponse:
    """What this installation is; the secret of its webhooks is told to keys without limits."""
    context, site = Context.of(request), Site.current()
    since = ApiKey.objects.aggregate(since=Min("created_at"))["since"]
    return data_answer(
        {
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
            "test_mode": settings.TEST_MODE,
            "webhook_secret": None if request.auth.is_limited else site.webhook_secret,
            "creator_resource_id": None,
            "api_trial_expires_at": None,
            "created_at": context.timestamp(since),
            "updated_at": context.timestamp(since),
        }
    )
