"""The pages of the day: Today, its paper, what waits, what went wrong.  All of them ask ``view_booking`` or more."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.today.asks import Ask, waiting_rows, with_answers
from bookings.admin.today.board import Board, board_of, new_booking_url
from bookings.admin.today.news import news_for, own_just_done
from bookings.admin.today.rows import day_bookings
from bookings.admin.today.shown_day import DayForm, ShownDay, shown_day
from bookings.admin.today.wrong import failed, wrongs_for
from bookings.languages import site_of
from bookings.models import Resource
from bookings.staff_limits import limited, resources_seen_by

ASKED_FIRST = 5
"""So many of what waits stand on the first page."""
ASKED_A_PAGE = 30


def today_page(model_admin: ModelAdmin, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The day by resource, above it what waits and what is new.  ``context`` is the first page's own."""
    form, shown, board = _day(request)
    decides = request.user.has_perm("bookings.decide_booking")
    rows = waiting_rows(request.user, ASKED_FIRST) if decides else []
    with_answers([*board.bookings, *rows], request.user)
    waiting = [Ask(booking=booking, zone=shown.zone) for booking in rows]
    whole = _context(model_admin, request, shown.title) | context
    whole |= {
        "title": shown.title,
        "shown": shown,
        "form": form,
        "board": board,
        "decides": decides,
        "asks": waiting[:ASKED_FIRST],
        "more_wait": len(waiting) > ASKED_FIRST,
        "news": news_for(request.user, shown.now, shown.zone),
        "new_booking": new_booking_url() if model_admin.has_add_permission(request) else "",
        "may_book": model_admin.has_add_permission(request),
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/today/today.html", whole)


def paper_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The day to be printed: by resource, in order, with telephone and note, and nothing of the screen."""
    _check(request, "view_booking")
    _form, shown, board = _day(request)
    context = _context(model_admin, request, shown.title) | {"shown": shown, "board": board}
    return TemplateResponse(request, "admin/today/paper.html", context)


def waiting_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """All that waits for an answer, the next to run out first.  Raises PermissionDenied."""
    _check(request, "decide_booking")
    number = _page_number(request)
    zone = site_of(request).timezone
    waiting = waiting_rows(request.user, ASKED_A_PAGE, skip=(number - 1) * ASKED_A_PAGE)
    rows = with_answers(waiting, request.user)
    found = [Ask(booking=booking, zone=zone) for booking in rows]
    now = timezone.now()
    context = _context(model_admin, request, _("Waiting for an answer")) | {
        "asks": found[:ASKED_A_PAGE],
        "before": number - 1,
        "after": number + 1 if len(found) > ASKED_A_PAGE else 0,
        "shown": ShownDay(on=now.date(), zone=zone, now=now),
        "just_done": own_just_done(request.user, now, zone),
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/today/waiting.html", context)


def wrong_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """What went wrong, each with its cure.  Raises PermissionDenied."""
    _check(request, "view_outboxmessage")
    context = _context(model_admin, request, _("What went wrong")) | {
        "wrongs": wrongs_for(request.user),
        "failed": failed(request.user, site_of(request).timezone),
        "may_retry": request.user.has_perm("bookings.change_outboxmessage"),
    }
    return TemplateResponse(request, "admin/today/wrong.html", context)


def _day(request: HttpRequest) -> tuple[DayForm, ShownDay, Board]:
    """The day that is asked for, by resource.  Four queries, five where hours are dated."""
    resources = list(limited(Resource.objects.live(), request.user).order_by("name", "pk"))
    asked = {"date": request.GET.get("date", ""), "resource": request.GET.get("resource", "")}
    form = DayForm(asked, resources)
    shown = shown_day(form, resources, site_of(request).timezone, timezone.now())
    board = board_of(
        shown, resources, day_bookings(shown, resources, request.user), resources_seen_by(request.user)
    )
    return form, shown, board


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(f"bookings.{permission}"):
        raise PermissionDenied


def _context(model_admin: ModelAdmin, request: HttpRequest, title: str) -> dict[str, Any]:
    return model_admin.admin_site.each_context(request) | {"title": title, "opts": model_admin.opts}


def _page_number(request: HttpRequest) -> int:
    """Which page is asked for, the first where that is no number."""
    typed = request.GET.get("page", "")
    return max(1, int(typed)) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1
