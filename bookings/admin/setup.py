"""The first questions in a browser, by a one-time address or at the desk of an empty site; and what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.demo.remove import Removal, remove_demo
from bookings.demo.words import kept_in_words, removal_in_words
from bookings.forms.setup import SetupForm
from bookings.setup import link
from bookings.setup.current import current_answers
from bookings.setup.missing import Lack, Missing, missing
from bookings.setup.set_up import Outcome, set_up

BACKEND = "bookings.staff_limits.StaffBackend"
PAGES = {
    Lack.OWNER_ADDRESS: "admin:bookings_resource_changelist",
    Lack.RESOURCES: "admin:bookings_project_changelist",
    Lack.UNADDRESSED: "admin:bookings_outboxmessage_changelist",
    Lack.WEBHOOKS: "admin:bookings_webhook_changelist",
    Lack.IMPRINT: "admin:bookings_site_changelist",
    Lack.PRIVACY: "admin:bookings_site_changelist",
    Lack.BACKUPS: "admin:bookings_site_backups",
}
"""Where at the desk something can be mended."""


@never_cache
@require_http_methods(["GET", "HEAD"])
def how_to_set_up(request: HttpRequest) -> HttpResponse:
    """What to do for an address under which the questions are asked."""
    return _no_address(request, status=200)


def _no_address(request: HttpRequest, status: int) -> HttpResponse:
    context = {"title": _("Set up this site"), "can_log_in": link.somebody_can_log_in()}
    return TemplateResponse(request, "admin/setup_closed.html", _whole(request, context), status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The questions, for whoever has the address that the start printed; answered once, then worth nothing."""
    if not link.is_open(token):
        return _no_address(request, status=404)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            outcome = set_up(form.answers(), token=token)
        except link.LinkSpent:
            return _no_address(request, status=404)
        if outcome.user is not None:
            login(request, outcome.user, backend=BACKEND)
        return _done(request, outcome)
    return _page(request, form)


def set_up_at_the_desk(request: HttpRequest) -> HttpResponse:
    """The same questions for a superuser, who needs no login."""
    if not request.user.is_superuser:
        raise PermissionDenied
    form = _form(request, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _done(request, set_up(form.answers()))
    return _page(request, form)


def _done(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    messages.success(request, _("The site is set up."))
    if (lack := outcome.lacks_link) is not None:
        messages.warning(request, f"{lack.sentence} {lack.cure}")
    return HttpResponseRedirect(reverse("admin:bookings_site_missing"))


def _form(request: HttpRequest, user: Any = None) -> SetupForm:
    data = request.POST if request.method == "POST" else None
    return SetupForm(data, user=user, initial=current_answers())


def _page(request: HttpRequest, form: SetupForm) -> HttpResponse:
    context = {
        "title": _("Set up this site"),
        "questions": [form[name] for name in form.first_questions],
        "more": [form[name] for name in form.defaults],
        "more_is_wrong": any(name in form.errors for name in form.defaults),
        "form": form,
    }
    return TemplateResponse(request, "admin/setup.html", _whole(request, context))


def missing_page(request: HttpRequest) -> HttpResponse:
    """What is still missing, for whoever may change the site."""
    if not request.user.has_perm("bookings.change_site"):
        raise PermissionDenied
    context = {"title": _("What is still missing"), "lacks": with_pages(missing()), "demo": _demo(request)}
    return TemplateResponse(request, "admin/missing.html", _whole(request, context))


def with_pages(lacks: list[Missing]) -> list[tuple[Missing, str]]:
    """Each with the page of the desk on which it can be mended, or an empty text."""
    return [(one, reverse(PAGES[one.what]) if one.what in PAGES else "") for one in lacks]


def _demo(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser) and Removal().is_possible


def remove_demo_page(request: HttpRequest) -> HttpResponse:
    """Asks whether the demo is to go, and says what goes with it; a superuser's to answer."""
    removal = Removal()
    if not request.user.is_superuser:
        raise PermissionDenied
    if not removal.is_possible:
        return HttpResponseRedirect(reverse("admin:index"))
    if request.method != "POST":
        context = {
            "title": _("Remove the demo?"),
            "goes": removal_in_words(removal),
            "stays": kept_in_words(removal),
        }
        return TemplateResponse(request, "admin/remove_demo.html", _whole(request, context))
    remove_demo()
    if (address := link.new_link()) is not None:
        return HttpResponseRedirect(address)
    if not User.objects.filter(pk=request.user.pk).exists():
        return HttpResponseRedirect(reverse("admin:login"))
    messages.success(request, _("The demo is gone."))
    return HttpResponseRedirect(reverse("admin:index"))


def _whole(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return admin.site.each_context(request) | context
