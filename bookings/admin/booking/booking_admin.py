"""Bookings: looked at here, changed by the verbs alone, which stand as buttons on the page."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.admin.booking import verb_pages
from bookings.admin.booking.buttons import buttons_of
from bookings.admin.booking.calendar_conflict import conflict_page
from bookings.admin.booking.exports import export_page
from bookings.admin.booking.facts import facts, head, seats_in_words, with_places
from bookings.admin.booking.history import history_lines
from bookings.admin.booking.moves import Moves
from bookings.admin.booking.new_booking import choose_page, new_booking_page, people_page, release_page
from bookings.admin.booking.search import MOST_FOUND, SHOWN_IN_LINES, BookingList, BoundedPaginator, found
from bookings.admin.booking.told import again_page, messages_of, offer, told
from bookings.admin.booking.waiting import BY_DEADLINE, WaitingFilter
from bookings.admin.calendar.page import calendar_urls
from bookings.admin.classes.pages import class_page, classes_page
from bookings.admin.mixins import LiveOnly, Narrowed
from bookings.admin.series.new_series import new_series_page
from bookings.admin.series.one_series import series_page
from bookings.admin.taking_time.page import take_time_page
from bookings.admin.today import pages, presses
from bookings.graph_words import graph_words
from bookings.languages import site_of
from bookings.lifecycle import Actor, available_actions
from bookings.models import Action, Booking, Site, State
from bookings.staff_limits import limited
from bookings.times import clock_range, day, day_and_clock, zone_and_offset

LISTS = {"bookings_booking_changelist", "bookings_booking_export"}


class StateFilter(admin.SimpleListFilter):
    """By the state's name, since each version of a graph has states of its own."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """None in which only moved bookings are, which stand in the list at their new time; what is shown alike is one
        choice, under the first name.
        """
        arrives = Action.objects.order_by().filter(target=OuterRef("pk"))
        of_moves = Exists(arrives.filter(continues=True)) & ~Exists(arrives.filter(continues=False))
        rows = State.objects.exclude(of_moves).order_by("name").values_list("pk", "name", "label")
        labels: dict[str, list[str]] = {}
        ids: dict[str, list[int]] = {}
        for pk, name, label in rows:
            ids.setdefault(name, []).append(pk)
            if (words := graph_words(label)) not in labels.setdefault(name, []):
                labels[name].append(words)
        shown: dict[str, str] = {}
        self.ids: dict[str, list[int]] = {}
        for name, said in labels.items():
            first = shown.setdefault(" / ".join(said), name)
            self.ids.setdefault(first, []).extend(ids[name])
        return [(name, words) for words, name in shown.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """By their ids, which are read already: along an index, however rare the state is."""
        return queryset.filter(state__in=self.ids.get(self.value() or "", [])) if self.value() else queryset


class DayFilter(admin.SimpleListFilter):
    """By the day of the start, counted in the site's zone."""

    title = _("day")
    parameter_name = "day"
    spans: ClassVar[dict[str, tuple[int, int]]] = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("today")), ("tomorrow", _("tomorrow")), ("week", _("the next 7 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        span = self.spans.get(self.value() or "")
        if span is None:
            return queryset
        zone = ZoneInfo(Site.current().timezone)
        today = timezone.now().astimezone(zone).date()
        first, last = (datetime.combine(today + timedelta(days=ahead), time(), zone) for ahead in span)
        return queryset.filter(start__gte=first, start__lt=last).order_by("start", "pk")


@admin.register(Booking)
class BookingAdmin(Narrowed):
    change_form_template = "admin/bookings/booking/change_form.html"
    list_display = ["reference", "when", "who", "state", "resource", "project", "attendance"]
    list_filter = [
        WaitingFilter,
        StateFilter,
        ("resource", LiveOnly),
        ("project", LiveOnly),
        DayFilter,
        "attendance",
    ]
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["reference", "customer__name", "customer__email", "customer__phone"]
    search_help_text = _("The beginning of a reference, a name or an e-mail, or a whole telephone number")
    list_select_related = SHOWN_IN_LINES
    list_per_page = 50
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        """What is found is read first, each way along its own index."""
        if not search_term.strip():
            return queryset, False
        ids = found(search_term, site_of(request).country)
        if len(ids) >= MOST_FOUND:
            messages.warning(request, _("More is found than is shown: type more of what you look for."))
        return queryset.filter(pk__in=ids), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        bookings = limited(Booking.objects.live(), request.user).order_by(*self.get_ordering(request))
        if request.resolver_match and request.resolver_match.url_name in LISTS:
            # A visit that was moved stands in the list once, at its new time.
            return bookings.not_moved().prefetch_related("state__leaving")
        return bookings.in_full().select_related("joined")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BookingList]:
        return BookingList

    def get_list_display(self, request: HttpRequest) -> Any:
        if request.GET.get("waiting"):
            return ["reference", "when", "who", "deadline", "answers", "resource", "project"]
        return self.list_display

    def get_ordering(self, request: HttpRequest) -> Any:
        return BY_DEADLINE if request.GET.get("waiting") else ["-start", "pk"]

    @admin.display(description=_("when"), ordering="start")
    def when(self, booking: Booking) -> SafeString:
        zone = booking.resource.timezone
        times = clock_range(booking.start, booking.end, zone)
        return format_html(
            "{}<br>{}", day(booking.start, zone), _(", ").join((times, zone_and_offset(booking.start, zone)))
        )

    @admin.display(description=_("customer"), ordering="customer__name")
    def who(self, booking: Booking) -> str:
        """For whom, and how many come; of a session how many seats are taken."""
        return with_places(booking) if booking.max_seats is None else seats_in_words(booking)

    @admin.display(description=_("until"), ordering="due_at")
    def deadline(self, booking: Booking) -> str:
        """When the clock acts on what is not settled."""
        if booking.due_at is None or booking.state.settled:
            return "—"
        return day_and_clock(booking.due_at, booking.resource.timezone)

    @admin.display(description=_("answer"))
    def answers(self, booking: Booking) -> SafeString | str:
        """What an unsettled booking waits for, as links to the pages that ask."""
        if booking.state.settled:
            return ""
        open_to_owner = [
            (reverse("admin:bookings_booking_act", args=[booking.pk, action.name]), action)
            for action in available_actions(booking, Actor.owner())
            if not action.continues
        ]
        return format_html_join(" ", '<a class="answer" href="{}">{}</a>', open_to_owner)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits a row; the verbs ask for permissions of their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def first_page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """The desk's first page, for those who may see bookings."""
        return pages.today_page(self, request, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return choose_page(self, request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        booking = kwargs.get("obj")
        if booking is not None:
            booking.version = booking.state.version  # read with its graph
            moves, sent = Moves.of(booking), messages_of(booking)
            context |= {
                "title": format_html("{} · {}", booking.reference, booking.state),
                "subtitle": None,
                "head": head(booking),
                "facts": facts(booking, request.user, moves, sent),
                "history": history_lines(booking, request.user, moves),
                "told": told(booking, sent),
                "send_again": offer(booking, request),
                "buttons": buttons_of(booking, request.user, timezone.now()),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            bound = self.admin_site.admin_view(partial(view, self))
            return path(route, bound, name=f"bookings_booking_{name}")

        def press(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            bound = require_POST(self.admin_site.admin_view(partial(view, self)))
            return path(route, bound, name=f"bookings_booking_{name}")

        return [
            re_path(
                r"^export\.(?P<kind>csv|ics)$",
                self.admin_site.admin_view(partial(export_page, self)),
                name="bookings_booking_export",
            ),
            page("today/paper/", pages.paper_page, "paper"),
            press("today/seen/", presses.seen_page, "seen"),
            page("waiting/", pages.waiting_page, "waiting"),
            page("wrong/", pages.wrong_page, "wrong"),
            press("wrong/<int:pk>/retry/", presses.retry_page, "retry"),
            press("<uuid:pk>/again/", again_page, "again"),
            press("<uuid:pk>/press/", presses.press_page, "press"),
            press("<uuid:pk>/take-back/", presses.take_back_page, "take_back"),
            press("<uuid:pk>/attended/", presses.attended_page, "attended"),
            page("new/", new_booking_page, "new"),
            *calendar_urls(page),
            page("take-time/", take_time_page, "take_time"),
            page("new/series/", new_series_page, "new_series"),
            page("<uuid:pk>/series/", series_page, "series"),
            page("classes/", classes_page, "classes"),
            page("classes/<uuid:pk>/", class_page, "class"),
            page("new/people/", people_page, "people"),
            page("new/release/", release_page, "release"),
            page("in-calendar/<int:pk>/", conflict_page, "calendar_conflict"),
            page("<uuid:pk>/act/<slug:name>/", verb_pages.act_page, "act"),
            page("<uuid:pk>/move/", verb_pages.move_page, "move"),
            page("<uuid:pk>/correct/", verb_pages.correct_page, "correct"),
            page("<uuid:pk>/attendance/", verb_pages.attendance_page, "attendance"),
            page("<uuid:pk>/undo/", verb_pages.undo_page, "undo"),
            page("<uuid:pk>/renew/", verb_pages.renew_page, "renew"),
            page("<uuid:pk>/erase/", verb_pages.erase_page, "erase"),
            *super().get_urls(),
        ]
