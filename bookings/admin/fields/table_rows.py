"""The rows of the tables in which staff edit reminders and availability constraints."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.table import TableRow
from bookings.availability.rules import WEEKDAYS, ConstraintsError, parse_constraints
from bookings.forms.reminders import is_too_far
from bookings.models import WeeklyHours
from bookings.typed_fields import LineInput, UrlInput, WordInput


class ReminderRow(TableRow):
    """A mail to customer or owner, or a webhook, some time before or after the start."""

    type = forms.ChoiceField(
        label=gettext_lazy("by"),
        choices=[("email", gettext_lazy("mail")), ("webhook", gettext_lazy("webhook"))],
        initial="email",
    )
    recipient = forms.ChoiceField(
        label=gettext_lazy("to"),
        choices=[("customer", gettext_lazy("customer")), ("owner", gettext_lazy("owner"))],
        initial="customer",
    )
    time = forms.IntegerField(label=gettext_lazy("how long"), min_value=0, max_value=1_000_000)
    unit = forms.ChoiceField(
        label=gettext_lazy("unit"),
        choices=[
            ("days", gettext_lazy("days")),
            ("hours", gettext_lazy("hours")),
            ("mins", gettext_lazy("minutes")),
            ("secs", gettext_lazy("seconds")),
        ],
        initial="hours",
    )
    when = forms.ChoiceField(
        label=gettext_lazy("when"),
        choices=[
            ("before", gettext_lazy("before the start")),
            ("after", gettext_lazy("after the start")),
        ],
        initial="before",
    )
    subject = LineInput(label=gettext_lazy("subject of the mail"), required=False, max_length=200)
    url = UrlInput(label=gettext_lazy("address of the webhook"), required=False, max_length=1000)

    @classmethod
    def initial_of(cls, entry: Any) -> dict[str, Any]:
        if not isinstance(entry, dict):
            return {}
        when, settings = entry.get("when") or {}, entry.get("settings") or {}
        moment = {"time": when.get("time"), "unit": when.get("unit"), "when": when.get("type", "before")}
        return {"recipient": "customer", "type": entry.get("type", "email")} | moment | settings

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("type") == "webhook" and not data.get("url") and "url" not in self.errors:
            self.add_error("url", _("A webhook needs an address."))
        if "time" in data and "unit" in data and is_too_far(data["time"], data["unit"]):
            self.add_error("time", _("A year before or after is the farthest."))
        return data

    def stored(self) -> dict[str, Any]:
        data, before = self.cleaned_data, self.entry if isinstance(self.entry, dict) else {}
        names = ("recipient", "subject") if data["type"] == "email" else ("url",)
        settings = (before.get("settings") or {}) | {name: data[name] for name in names}
        when = {"type": data["when"], "unit": data["unit"], "time": data["time"]}
        return before | {"type": data["type"], "settings": settings, "when": when}


KINDS = [
    ("", "—"),
    ("allow_weekdays", gettext_lazy("only Monday to Friday")),
    ("allow_weekends", gettext_lazy("only Saturday and Sunday")),
    ("allow_day", gettext_lazy("only on a day")),
    ("allow_hours", gettext_lazy("only between two hours")),
    ("allow_day_and_time", gettext_lazy("only on a day between two hours")),
    ("allow_period", gettext_lazy("only in a period")),
    ("block_weekdays", gettext_lazy("never Monday to Friday")),
    ("block_weekends", gettext_lazy("never Saturday and Sunday")),
    ("block_day", gettext_lazy("never on a day")),
    ("block_hours", gettext_lazy("never between two hours")),
    ("block_day_and_time", gettext_lazy("never on a day between two hours")),
    ("block_period", gettext_lazy("never in a period")),
]
DAYS = [("", "—"), *zip(WEEKDAYS, WeeklyHours.Weekday.labels, strict=True)]


class ConstraintRow(TableRow):
    """One availability constraint."""

    kind = forms.ChoiceField(label=gettext_lazy("offered"), choices=KINDS)
    day = forms.ChoiceField(label=gettext_lazy("day"), choices=DAYS, required=False)
    start = WordInput(label=gettext_lazy("from (09:00 or 2027-05-01)"), required=False, max_length=40)
    end = WordInput(label=gettext_lazy("until (17:00 or 2027-05-06)"), required=False, max_length=40)

    @classmethod
    def initial_of(cls, entry: Any) -> dict[str, Any]:
        if not isinstance(entry, dict) or len(entry) != 1:
            return {}
        kind, arguments = next(iter(entry.items()))
        given = arguments if isinstance(arguments, dict) else {}
        return {"kind": kind} | {name: str(value).lower() for name, value in given.items()}

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.has_changed():
            try:
                parse_constraints([self.stored()])
            except ConstraintsError as error:
                for path, sentences in error.errors.items():
                    name = path.rpartition(".")[2]
                    self.add_error(name if name in self.fields else None, [_(words) for words in sentences])
        return self.cleaned_data

    def stored(self) -> dict[str, Any]:
        data = self.cleaned_data
        about = data["kind"].partition("_")[2]
        names = {"day": ("day",), "day_and_time": ("day", "start", "end")}.get(about, ("start", "end"))
        wanted = () if about in ("weekdays", "weekends") else names
        return {data["kind"]: {name: data[name] for name in wanted}}
