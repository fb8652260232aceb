"""Busy time of resources that is not a booking: entered, changed and removed through the verbs."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.event_forms import EventForms
from bookings.admin.form_page import form_page, posted_data
from bookings.admin.mixins import LiveOnly, Narrowed, row_or_404
from bookings.admin.times_in_words import span_in_words
from bookings.errors import BookingError
from bookings.lifecycle import add_event, remove_event
from bookings.models import Calendar, Event, Resource
from bookings.refusals import sentence
from bookings.staff_limits import limited
from bookings.times import day


def when_in_words(event: Event) -> str:
    """When it is, in its resource's zone."""
    zone = event.calendar.resource.timezone
    if not event.all_day:
        return span_in_words(event.start, event.end, zone)
    first, last = day(event.start, zone), day(event.end - timedelta(microseconds=1), zone)
    return first if first == last else f"{first} – {last}"


@admin.register(Event)
class EventAdmin(Narrowed):
    list_display = ["when", "resource", "what", "all_day"]
    list_filter = [("calendar__resource", LiveOnly), "all_day"]
    list_select_related = ["calendar__resource"]
    search_fields = ["what", "calendar__resource__name"]
    ordering = ["-start", "pk"]
    show_full_result_count = False
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """What was read elsewhere is changed elsewhere."""
        return not (obj and obj.remote) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Whoever may take time may give it back."""
        may = super().has_delete_permission(request, obj) or request.user.has_perm("bookings.decide_booking")
        return not (obj and obj.remote) and may

    @admin.display(description=gettext_lazy("when"), ordering="start")
    def when(self, event: Event) -> str:
        return when_in_words(event)

    @admin.display(description=gettext_lazy("resource"), ordering="calendar__resource__name")
    def resource(self, event: Event) -> str:
        return str(event.calendar.resource)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] = super().get_queryset(request)
        return events.filter(calendar__resource__is_test=False).select_related("calendar__resource")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Busy times")} | (extra_context or {}))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        live = limited(Resource.objects.live(), request.user)
        named = live.filter(slug=request.GET.get("resource", ""))
        own = Calendar.objects.filter(resource__in=named, provider=Calendar.Provider.OWN)
        wanted = own.order_by("-provider_sync", "-primary")  # in others nothing is taken
        whole = EventForms(posted_data(request), Event(calendar=wanted.first()), request.user)
        if whole.is_valid() and self._done(whole, add_event):
            self.log_addition(request, whole.event, [{"added": {}}])
            return self._back(request, _("The busy time is entered."))
        return form_page(self, request, title=_("New busy time"), forms=whole.all, submit=_("Save"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        event = self._found(request, object_id)
        whole = EventForms(posted_data(request), event, request.user)
        may_change = self.has_change_permission(request, event)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        if whole.is_valid() and self._done(whole, whole.save):
            self.log_change(request, event, [{"changed": {"fields": whole.changed}}])
            return self._back(request, _("The busy time is changed."))
        if not may_change:
            whole.switch_off()
        return form_page(
            self,
            request,
            title=str(event),
            forms=whole.all,
            submit=_("Save") if may_change else "",
            remove=self._delete_url(request, event),
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        event = self._found(request, object_id)
        if not self.has_delete_permission(request, event):
            raise PermissionDenied
        if forms.Form(posted_data(request)).is_valid():
            self.log_deletions(request, Event.objects.filter(pk=event.pk))
            remove_event(event)
            return self._back(request, _("The busy time is removed."))
        return form_page(
            self,
            request,
            title=_("Remove %(what)s") % {"what": event},
            forms=[forms.Form()],
            submit=_("Remove"),
            warning=f"{event.calendar.resource}: {when_in_words(event)}",
            danger=True,
        )

    def _found(self, request: HttpRequest, object_id: str) -> Event:
        event: Event = row_or_404(self, request, object_id)
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        return event

    def _done(self, whole: EventForms, verb: Any) -> bool:
        try:
            verb(whole.event)
        except BookingError as refused:
            whole.about.add_error(None, sentence(refused))
            return False
        return True

    def _delete_url(self, request: HttpRequest, event: Event) -> str:
        may = self.has_delete_permission(request, event)
        return reverse("admin:bookings_event_delete", args=[event.pk]) if may else ""

    def _back(self, request: HttpRequest, said: str) -> HttpResponse:
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:bookings_event_changelist"))
