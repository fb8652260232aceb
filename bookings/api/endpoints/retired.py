"""Calls of the record that are retired (410, with what replaces them), and those that wait (501)."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.errors import ApiError, Gone, NotYet
from bookings.api.throttling import throttle

EVERY_METHOD = ["GET", "POST", "PUT", "DELETE"]
FINDTIME = _("This call was retired. Use POST /availability.")
WIDGETS = _("This call was retired. Use /projects, /projects/hosted/:slug and /projects/embed/:id.")
USERS = _("This call was retired. Use /resources.")
APPS = _("One installation is one app. Use GET /app.")
RETIRED = {
    "/findtime": FINDTIME,
    "/findtime/bulk": FINDTIME,
    "/findtime/team": FINDTIME,
    "/findtime/filtercollections": FINDTIME,
    "/findtime/filtercollections/{pk}": FINDTIME,
    "/widgets": WIDGETS,
    "/widgets/{pk}": WIDGETS,
    "/widgets/hosted/{pk}": WIDGETS,
    "/widgets/embed/{pk}": WIDGETS,
    "/users": USERS,
    "/users/me": USERS,
    "/users/resetpassword": USERS,
    "/users/timezone/{pk}": _("This call was retired. Use GET /resources/timezone/:email."),
    "/apps": APPS,
    "/apps/{pk}": APPS,
    "/app/invite": _("Resources do not sign in, so nobody is invited. Use POST /resources."),
    "/resources/resetpassword": _("Resources have no passwords. Staff sign in at /admin/."),
    "/auth": _("This call was retired. Send an API key as the password of HTTP Basic, without a user name."),
}
SERVICES = _("A service is a project here. Use /projects with the same id.")
CREDENTIALS = _(
    "Keys are not made through the API: one that leaked would make others. Staff keep them at /admin/."
)
TEMPLATES = _("Mails have texts of the site’s own. Use POST /webhooks to hear what happens and send others.")
ACCOUNTS = _("Calendars of other providers cannot be connected through the API yet. Staff do so at /admin/.")
WAITING = {
    "/credentials": CREDENTIALS,
    "/credentials/{pk}": CREDENTIALS,
    "/templates": TEMPLATES,
    "/templates/{pk}": TEMPLATES,
    "/accounts": ACCOUNTS,
    "/accounts/google/signup": ACCOUNTS,
    "/accounts/microsoft/signup": ACCOUNTS,
    "/accounts/microsoft/sync": ACCOUNTS,
}


def mount(path: str, kind: type[ApiError], sentence: object, methods: list[str]) -> None:
    """Answer every call of ``path`` with a refusal; ``pk`` stands for its one parameter, if it has one.

    What was retired says so without a key too: logins and old widgets have none that is known here.
    """
    needs_key = kind is not Gone

    def without_rest(request: ApiRequest) -> HttpResponse:
        if not needs_key:
            throttle(request)
        raise kind(str(sentence))

    def with_rest(request: ApiRequest, pk: str) -> HttpResponse:
        return without_rest(request)

    view = with_rest if "{pk}" in path else without_rest
    operation = api.api_operation(methods, path, auth=any_key if needs_key else None, include_in_schema=False)
    operation(view)


for address, words in RETIRED.items():
    mount(address, Gone, words, EVERY_METHOD)
for address, words in WAITING.items():
    mount(address, NotYet, words, EVERY_METHOD)
mount("/location/services", NotYet, SERVICES, ["POST"])
mount("/location/services/{pk}", NotYet, SERVICES, ["PUT", "DELETE"])
mount("/accounts/sync", Gone, _("This call was retired. Use POST /accounts/sync."), ["GET"])
mount("/accounts/sync", NotYet, ACCOUNTS, ["POST"])
