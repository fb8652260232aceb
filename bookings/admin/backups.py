"""The desk's page of backups: how it stands with them, one now, and a key for which they are encrypted."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bookings.backups import keys
from bookings.backups.state import Standing
from bookings.models import Site, UpkeepRun, UpkeepWish


@never_cache
@require_http_methods(["GET", "HEAD"])
def backups_page(request: HttpRequest) -> HttpResponse:
    """For whoever may change the site."""
    if not request.user.has_perm("bookings.change_site"):
        raise PermissionDenied
    return _page(request)


@require_POST
def backup_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker for one, which begins it within a minute; asked again meanwhile it stays one."""
    if not request.user.has_perm("bookings.change_site"):
        raise PermissionDenied
    if settings.BACKUP_FOLDER is None:
        messages.error(request, _("The site makes no backups itself."))
    else:
        UpkeepWish.ask(UpkeepRun.Kind.BACKUP)
        messages.success(request, _("A backup was asked for. The worker begins it within a minute."))
    return HttpResponseRedirect(reverse("admin:bookings_site_backups"))


@never_cache
@require_POST
def new_backup_key(request: HttpRequest) -> HttpResponse:
    """Make a key; the answer shows its private half, which is stored nowhere.  A superuser's, where none is set."""
    if not request.user.is_superuser:
        raise PermissionDenied
    pair = keys.new_pair()
    if settings.BACKUP_KEY or not Site.objects.filter(backup_key="").update(backup_key=pair.public):
        messages.error(request, _("Backups have a key already."))
        return HttpResponseRedirect(reverse("admin:bookings_site_backups"))
    return _page(request, private=pair.as_file)


def _page(request: HttpRequest, private: str = "") -> HttpResponse:
    standing = Standing.now()
    context = {
        "title": _("Backups"),
        "standing": standing,
        "private": private,
        "may_make_key": request.user.is_superuser and not standing.public_key,
    }
    return TemplateResponse(request, "admin/backups.html", admin.site.each_context(request) | context)
