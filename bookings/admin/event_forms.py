"""The forms of busy time: in whose calendar, what, and from when until when by the clocks there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.stored_json import switch_off
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.availability.days import day_start
from bookings.lifecycle import change_event
from bookings.models import Calendar, Event, Resource
from bookings.staff_limits import limited

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


class CalendarChoice(forms.ModelChoiceField):
    """A resource by its name, and by its calendar's where it is not the primary one."""

    def label_from_instance(self, calendar: Any) -> str:
        return str(calendar.resource) if calendar.primary else f"{calendar.resource}: {calendar.name}"


class EventForm(forms.ModelForm):
    """What an event is, but for its times."""

    heading = gettext_lazy("Who and what")
    calendar = CalendarChoice(Calendar.objects.none(), label=gettext_lazy("resource"))

    class Meta:
        model = Event
        fields = ("calendar", "what", "where", "description", "all_day")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Calendar.objects.filter(resource__in=Resource.objects.live(), provider=Calendar.Provider.OWN)
        theirs = own | Calendar.objects.filter(pk=self.instance.calendar_id)
        calendars = (
            limited(theirs, user).select_related("resource").order_by("resource__name", "-primary", "name")
        )
        offer_rows(self, "calendar", calendars)


class BoundForm(WallClockForm):
    """When an event begins or ends; the clock is not looked at for whole days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clock"].required = False


class FirstForm(BoundForm):
    heading = gettext_lazy("From")


class LastForm(BoundForm):
    heading = gettext_lazy("Until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].help_text = _("For whole days: the last of them.")


class EventForms:
    """The three forms of an event, as that user fills them in; ``is_valid`` gives the event its start and end."""

    def __init__(self, data: Any, event: Event, user: Any) -> None:
        self.event = event
        self.about = EventForm(data, instance=event, user=user)
        self.first, self.last = FirstForm(data, prefix="first"), LastForm(data, prefix="last")
        if event.start:
            self._show_moments()

    @property
    def all(self) -> list[forms.BaseForm]:
        return [self.about, self.first, self.last]

    @property
    def changed(self) -> list[str]:
        return [name for form in self.all for name in form.changed_data]

    def save(self, event: Event) -> None:
        """Change what was typed otherwise, on the event as it stands by now.  Raises ``EventGone``."""
        into = event.calendar if "calendar" in self.about.changed_data else None
        change_event(event, self._change, into=into)

    def _change(self, event: Event) -> list[str]:
        columns = [*self.about.changed_data, *([] if self._moments_untouched() else ["start", "end"])]
        for name in columns:
            setattr(event, name, getattr(self.event, name))
        return columns

    def switch_off(self) -> None:
        for form in self.all:
            switch_off(form.fields)

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.all]  # each of them, so that all errors are told at once
        if not all(valid):
            return False
        if not (self.event.start and self._moments_untouched()):
            self._read_moments()
        return not any(form.errors for form in self.all)

    def _show_moments(self) -> None:
        """The bounds as the clocks there show them; of whole days, the first and the last."""
        zone = ZoneInfo(self.event.calendar.resource.timezone)
        if self.event.all_day:
            self.first.initial["day"] = self.event.start.astimezone(zone).date()
            self.last.initial["day"] = (self.event.end - INSTANT).astimezone(zone).date()
        else:
            self.first.begin_at(self.event.start, zone)
            self.last.begin_at(self.event.end, zone)

    def _moments_untouched(self) -> bool:
        moved = {"calendar", "all_day"} & set(self.about.changed_data)
        return not (moved or self.first.changed_data or self.last.changed_data)

    def _read_moments(self) -> None:
        zone = ZoneInfo(self.event.calendar.resource.timezone)
        start, end = self._whole_days(zone) if self.event.all_day else self._by_the_clock(zone)
        if start is None or end is None:
            return
        if end <= start:
            self.last.add_error("day", _("The end must come after the start."))
        elif end - start > Event.LONGEST:
            self.last.add_error("day", _("An event lasts a year at most."))
        self.event.start, self.event.end = start, end

    def _whole_days(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        first, last = self.first.cleaned_data["day"], self.last.cleaned_data["day"]
        return _at(day_start(first, zone)), _at(day_start(last + DAY, zone))

    def _by_the_clock(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        for form in (self.first, self.last):
            if form.cleaned_data["clock"] is None:
                form.add_error("clock", _("Say at what time, or that it takes whole days."))
        return self.first.start_in(zone), self.last.start_in(zone)


def _at(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
