"""What the desk does with the sandbox: which side a row is on, copies for tests, and the page that empties it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.admin.form_page import form_page, posted_data
from bookings.sandbox import Contents, empty_sandbox, mixed, why_it_stays

FOR_TESTS = ["is_test"]
PERMISSIONS = [
    f"bookings.delete_{name}" for name in ("booking", "resource", "project", "location", "webhook")
]
PRESS = gettext_lazy("Make copies for tests")


class OnOneSide(forms.ModelForm):
    """A form of a row that is live or for tests, and that leads to nothing on the other side."""

    def clean_is_test(self) -> bool:
        flag: bool = self.cleaned_data["is_test"]
        if not self.instance._state.adding and flag != self.initial.get("is_test", flag):
            stays = why_it_stays(self.instance)
            if stays:
                raise forms.ValidationError(stays)
        return flag

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        place = self.cleaned_data.get("location")
        if place and "location" in self.fields and (words := mixed(self.instance, [place])):
            self.add_error("location", words)


def say_how_many(request: HttpRequest, count: int) -> None:
    """How many copies a press made."""
    if not count:
        messages.info(request, _("They have copies for tests already, or are for tests themselves."))
        return
    words = ngettext("%(count)s copy for tests is made.", "%(count)s copies for tests are made.", count)
    messages.success(request, words % {"count": count})


class EmptyingForm(forms.Form):
    copies = forms.BooleanField(
        label=gettext_lazy("Also the resources, projects, locations and webhooks for tests that staff made"),
        required=False,
    )


def empty_page(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Asks whether the sandbox is to be emptied, and says what goes."""
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    form = EmptyingForm(posted_data(request))
    if form.is_valid():
        empty_sandbox(with_copies=form.cleaned_data["copies"])
        messages.success(request, _("The sandbox is empty."))
        return HttpResponseRedirect(reverse("admin:bookings_apikey_changelist"))
    return form_page(
        model_admin,
        request,
        title=_("Empty the sandbox?"),
        forms=[form],
        submit=_("Empty the sandbox"),
        warning=_contents(),
        danger=True,
    )


def _contents() -> str:
    contents = Contents()
    bookings, holds = contents.bookings.count(), contents.reservations.count()
    counted: dict[str, Any] = {
        "bookings": ngettext("%(count)s booking", "%(count)s bookings", bookings) % {"count": bookings},
        "holds": ngettext("%(count)s hold", "%(count)s holds", holds) % {"count": holds},
    }
    return (
        _("%(bookings)s and %(holds)s for tests go, and whatever test keys made. Nothing live does.")
        % counted
    )
