"""The calendars elsewhere of a resource: connected, chosen among and disconnected by staff.

What is typed here a worker tries within seconds, and the page says what came of it.  Another server is called only
where somebody waits for its answer: coming back from Google or Microsoft, and ending the access there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bookings.admin.form_page import form_page, posted_data
from bookings.calendars import connecting, consent, oauth
from bookings.calendars.errors import CalendarError
from bookings.calendars.words import what_events_say
from bookings.models import Calendar, Connection, Resource

NO_ADDRESS = gettext_lazy("This is no address: it begins with https://.")
WIDE = {"class": "vLargeTextField", "inputmode": "url", "autocapitalize": "none"}
SCHEMES = {"http", "https", "webcal"}


def _checked(url: str) -> str:
    url = url if "://" in url or url.startswith("webcal:") else f"https://{url}"
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise ValidationError(NO_ADDRESS) from None
    if parsed.scheme not in SCHEMES or not parsed.host:
        raise ValidationError(NO_ADDRESS)
    return url


class CalDavForm(forms.Form):
    heading = gettext_lazy("An account on a CalDAV server")
    url = forms.CharField(
        label=gettext_lazy("Address of the server"),
        max_length=500,
        widget=forms.TextInput(attrs=WIDE),
        help_text=gettext_lazy(
            "Like cloud.example.org; for iCloud caldav.icloud.com, for Fastmail caldav.fastmail.com."
        ),
    )
    user = forms.CharField(label=gettext_lazy("Name of the account"), max_length=300)
    password = forms.CharField(
        label=gettext_lazy("App password"),
        max_length=300,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Made for this site in the account’s own settings; it is kept encrypted."),
    )

    def clean_url(self) -> str:
        return _checked(self.cleaned_data["url"])

    def drafted(self, resource: Resource) -> Connection:
        return connecting.caldav(resource, **self.cleaned_data)


class IcsForm(forms.Form):
    heading = gettext_lazy("An address that ends in .ics, which is only read")
    url = forms.CharField(label=gettext_lazy("Address"), max_length=1000, widget=forms.TextInput(attrs=WIDE))

    def clean_url(self) -> str:
        return _checked(self.cleaned_data["url"])

    def drafted(self, resource: Resource) -> Connection:
        return connecting.ics_address(resource, **self.cleaned_data)


class ChoiceForm(forms.Form):
    read = forms.MultipleChoiceField(
        label=gettext_lazy("Busy times are read from"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Of what stands there only the times are kept, no titles, places or names."),
    )
    write = forms.MultipleChoiceField(
        label=gettext_lazy("Bookings are written into"), required=False, widget=forms.CheckboxSelectMultiple
    )
    primary = forms.ChoiceField(
        label=gettext_lazy("Bookings that name no calendar stand in"),
        required=False,
        help_text=gettext_lazy(
            "What an event says of its booking is chosen at the project, under “Messages”."
        ),
    )

    def __init__(self, data: Any, connection: Connection) -> None:
        rows = list(connection.calendars.all())
        initial = {
            "read": [str(row.pk) for row in rows if row.provider_sync],
            "write": [str(row.pk) for row in rows if row.writes],
            "primary": next((str(row.pk) for row in rows if row.primary), ""),
        }
        super().__init__(data, initial=initial)
        writable = [row for row in rows if row.provider_access == Calendar.Access.OWNER]
        for name, offered in (("read", rows), ("write", writable), ("primary", writable)):
            field: Any = self.fields[name]
            field.choices = [
                *([("", "—")] if name == "primary" else []),
                *((str(row.pk), row.name) for row in offered),
            ]
        if not writable:
            del self.fields["write"], self.fields["primary"]

    @property
    def choice(self) -> connecting.Choice:
        given = self.cleaned_data
        primary = given.get("primary")
        return connecting.Choice(
            read=frozenset(map(UUID, given["read"])),
            write=frozenset(map(UUID, given.get("write", ()))),
            primary=UUID(primary) if primary else None,
        )


class DisconnectForm(forms.Form):
    events = forms.ChoiceField(
        label=gettext_lazy("Coming bookings that stand there"),
        choices=[("keep", gettext_lazy("stay as they are")), ("remove", gettext_lazy("are removed"))],
        initial="keep",
        widget=forms.RadioSelect,
    )


class CalendarPages:
    """The pages of one resource's connections, for whoever may change the resource."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.admin = model_admin

    @cached_property
    def urls(self) -> list[Any]:
        site = self.admin.admin_site
        pages: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "": (self.overview, ""),
            "caldav/": (self.caldav, "_caldav"),
            "ics/": (self.ics, "_ics"),
            "consent/": (never_cache(self.ask), "_ask"),
            "consent/back/": (never_cache(self.back), "_back"),
            "<uuid:connection>/": (self.choose, "_choose"),
            "<uuid:connection>/disconnect/": (self.disconnect, "_disconnect"),
        }
        return [
            path(
                f"<uuid:pk>/calendars/{end}", site.admin_view(view), name=f"bookings_resource_calendars{name}"
            )
            for end, (view, name) in pages.items()
        ]

    def overview(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        resource = self._resource(request, pk)
        connections = resource.connections.prefetch_related("calendars")
        stale = set(Connection.objects.stale().filter(resource=resource).values_list("pk", flat=True))
        context = self.admin.admin_site.each_context(request) | {
            "title": _("Connected calendars of %(name)s") % {"name": resource.name},
            "opts": self.admin.opts,
            "resource": resource,
            "connections": connections,
            "stale": stale,
            "providers": [(kind, oauth.is_set_up(kind)) for kind in consent.KINDS],
            "link": consent.link_for(resource) if any(map(oauth.is_set_up, consent.KINDS)) else "",
            "back_address": consent.back_address(),
            "says": what_events_say(resource),
        }
        return TemplateResponse(request, "admin/bookings/resource/calendars.html", context)

    def caldav(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._connect(request, pk, CalDavForm(posted_data(request)))

    def ics(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._connect(request, pk, IcsForm(posted_data(request)))

    def _connect(self, request: HttpRequest, pk: UUID, form: CalDavForm | IcsForm) -> HttpResponse:
        resource = self._resource(request, pk)
        if form.is_valid():
            connecting.connect(form.drafted(resource))
            self.admin.log_change(request, resource, _("A calendar was connected."))
            messages.success(request, _("It is being connected; look again in a few seconds."))
            return self._to_calendars(resource)
        title = _("Connect a calendar with %(name)s") % {"name": resource.name}
        return self._form_page(request, resource, title=title, forms=[form], submit=_("Connect"))

    def ask(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """On to Google or Microsoft, where the account's owner is asked."""
        resource = self._resource(request, pk)
        kind = request.POST.get("kind", "")
        if request.method != "POST" or kind not in consent.KINDS:
            return self._to_calendars(resource)
        try:
            address = consent.begin(request.session, resource, kind, consent.DESK)
        except CalendarError as error:
            return self._said(request, resource, error)
        context = {"kind": Connection.Kind(kind).label, "address": address}
        return render(request, "bookings/to_provider.html", context)

    def back(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Whoever comes back from there goes on to choose among the calendars."""
        resource = self._resource(request, pk)
        try:
            row = consent.finish(request.session, resource, request.get_full_path(), consent.DESK)
        except CalendarError as error:
            return self._said(request, resource, error)
        self.admin.log_change(request, resource, _("A calendar was connected."))
        messages.success(request, _("Connected. Now choose what is read and where bookings are written."))
        return HttpResponseRedirect(
            reverse("admin:bookings_resource_calendars_choose", args=[resource.pk, row.pk])
        )

    def _said(self, request: HttpRequest, resource: Resource, error: CalendarError) -> HttpResponse:
        messages.error(request, _(error.text))
        return self._to_calendars(resource)

    def choose(self, request: HttpRequest, pk: UUID, connection: UUID) -> HttpResponse:
        resource = self._resource(request, pk)
        row = get_object_or_404(resource.connections, pk=connection)
        form = ChoiceForm(posted_data(request), row)
        if form.is_valid():
            try:
                connecting.choose(row, form.choice)
            except connecting.WrongChoice as error:
                form.add_error(None, str(error))
            else:
                self.admin.log_change(request, resource, _("The calendars to read and to write were chosen."))
                messages.success(request, _("Chosen. Bookings are written there within a minute."))
                return self._to_calendars(resource)
        title = _("Choose among the calendars of %(name)s") % {"name": row}
        return self._form_page(request, resource, title=title, forms=[form], submit=_("Save"))

    def disconnect(self, request: HttpRequest, pk: UUID, connection: UUID) -> HttpResponse:
        resource = self._resource(request, pk)
        row = get_object_or_404(resource.connections, pk=connection)
        form = DisconnectForm(posted_data(request))
        if form.is_valid():
            said = connecting.disconnect(row, keep_events=form.cleaned_data["events"] == "keep")
            self.admin.log_change(request, resource, _("A calendar was disconnected."))
            messages.success(request, _("Disconnected. What was busy only there is free."))
            if said:
                messages.warning(request, said)
            return self._to_calendars(resource)
        title = _("Disconnect %(name)s") % {"name": row}
        return self._form_page(
            request, resource, title=title, forms=[form], submit=_("Disconnect"), danger=True
        )

    def _form_page(self, request: HttpRequest, resource: Resource, **context: Any) -> HttpResponse:
        crumbs = [
            (reverse("admin:bookings_resource_change", args=[resource.pk]), resource.name),
            (reverse("admin:bookings_resource_calendars", args=[resource.pk]), _("Connected calendars")),
        ]
        return form_page(self.admin, request, crumbs=crumbs, **context)

    def _resource(self, request: HttpRequest, pk: UUID) -> Resource:
        resource = get_object_or_404(Resource, pk=pk)
        if not self.admin.has_change_permission(request, resource):
            raise PermissionDenied
        return resource

    def _to_calendars(self, resource: Resource) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bookings_resource_calendars", args=[resource.pk]))
