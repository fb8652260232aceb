"""The app of the record: this whole installation."""

from django.db.models import Min

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.app import AppOut, serialize_app
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data
from bookings.models import ApiKey, Site


@api.get("/app", auth=server_only, tags=["App"])
def get_app(request: ApiRequest) -> Ok[Data[AppOut]]:
    """What this installation is; keys without limits are told the secret of its webhooks, test keys that of tests."""
    context, site = Context.of(request), Site.current()
    since = ApiKey.objects.aggregate(since=Min("created_at"))["since"]
    secret = site.test_webhook_secret if request.auth.is_test else site.webhook_secret
    told = None if request.auth.is_limited else secret
    return ok(serialize_app(site, since, context, secret=told, is_test=request.auth.is_test))
