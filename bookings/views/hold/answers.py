"""The form of the details as it is first shown, as it was sent, and with what was typed kept."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation import get_language

from bookings.forms.pages import DetailsForm
from bookings.languages import written_in
from bookings.models import Customer, Project
from bookings.views.choose.zones import own_zone
from bookings.views.hold.hold_links import Hold


def given_answers(hold: Hold) -> dict[str, str]:
    """What the URL gave beforehand."""
    return {name: value for name, value in hold.reservation.customer.items() if isinstance(value, str)}


def blank_form(request: HttpRequest, project: Project, given: Mapping[str, str]) -> DetailsForm:
    """The form as it is first shown, with the answers that were ``given`` beforehand."""
    known = {"timezone": own_zone(request), "language": get_language() or ""}
    return _said(request, DetailsForm(None, project=project, initial=known | dict(given)))


def sent_form(request: HttpRequest, project: Project, given: Mapping[str, str]) -> DetailsForm:
    """What was sent, to be judged."""
    known = Customer(timezone=own_zone(request), language=get_language() or "")
    return _said(request, DetailsForm(request.POST, project=project, instance=known, initial=given))


def kept_form(request: HttpRequest, project: Project, given: Mapping[str, str]) -> DetailsForm:
    """What was typed so far, not judged yet."""
    answers = DetailsForm(request.POST, project=project, initial=given)
    kept = {name: answers[name].data for name in answers.fields}
    return _said(request, DetailsForm(None, project=project, initial=kept))


def _said(request: HttpRequest, form: DetailsForm) -> DetailsForm:
    if language := written_in(request):
        form.say_language(language)
    return form
