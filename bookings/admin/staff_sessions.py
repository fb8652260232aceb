"""The page of the logins of a member of staff, where each can be ended."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.languages import site_of
from bookings.models import StaffSession
from bookings.setup.reach import reaches
from bookings.staff_sessions import browser_in_words, end, open_sessions
from bookings.times import brief_day_and_clock

OTHERS = "others"


def may_end(user: Any, member: User) -> bool:
    """One's own, and those of whoever is within one's reach."""
    return user.pk == member.pk or reaches(user, member)


def own_sessions_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The reader's own logins."""
    return sessions_page(model_admin, request, request.user.pk)


def sessions_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """The open logins of a member; POST ends the one that ``end`` names, or all but this one.  Raises Http404."""
    member = get_object_or_404(User, pk=pk)
    if not may_end(request.user, member):
        raise Http404
    rows = open_sessions(member, timezone.now())
    own = request.session.session_key
    if request.method == "POST":
        return _ended(model_admin, request, member, rows)
    zone = site_of(request).timezone
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Logins of %(name)s") % {"name": member},
        "opts": model_admin.opts,
        "rows": [
            {
                "id": _name(row),
                "browser": browser_in_words(row),
                "network": row.network,
                "since": brief_day_and_clock(row.began_at, zone),
                "seen": brief_day_and_clock(row.seen_at, zone),
                "is_own": row.session_id == own,
            }
            for row in rows
        ],
        "others": sum(row.session_id != own for row in rows),
    }
    return TemplateResponse(request, "admin/auth/user/sessions.html", context)


def _name(row: StaffSession) -> str:
    """What names a login on its page: its key would open the desk."""
    return sha256(row.session_id.encode()).hexdigest()[:16]


def _ended(model_admin: ModelAdmin, request: HttpRequest, member: User, rows: list[Any]) -> HttpResponse:
    asked, own = request.POST.get("end", ""), request.session.session_key
    chosen = [row for row in rows if row.session_id != own]
    if asked != OTHERS:
        chosen = [row for row in chosen if _name(row) == asked]
    if chosen:
        end(chosen)
        said = ngettext("%(count)s login was ended.", "%(count)s logins were ended.", len(chosen))
        model_admin.log_change(request, member, said % {"count": len(chosen)})
        messages.success(request, said % {"count": len(chosen)})
    else:
        messages.warning(request, _("That login has ended already."))
    return HttpResponseRedirect(request.path)
