"""The pages behind a booking's buttons.  Each asks on GET and plays its verb on POST; a refusal is said in words."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.admin.booking.buttons import tells_an_end
from bookings.admin.booking.conflicts import broken_rules, overlapping_pieces
from bookings.admin.booking.verb_forms import (
    ActForm,
    AttendanceForm,
    CorrectForm,
    MoveForm,
    SeatMoveForm,
    StaffCustomerForm,
    corrected_customer,
)
from bookings.admin.changed_meanwhile import CHANGED_MEANWHILE, corrected_by_others, now_seen
from bookings.admin.classes.told import seats_told
from bookings.admin.form_page import form_page, posted_data
from bookings.effects.links import manage_url, renew
from bookings.errors import ActionNotAvailable, BookingError
from bookings.languages import site_of
from bookings.lifecycle import Actor, available_actions
from bookings.models import Booking
from bookings.refusals import sentences
from bookings.staff_limits import (
    OF_OTHERS,
    begins_to_take,
    begins_to_take_others,
    limited,
    taking_others_along,
)


def permitted_booking(request: HttpRequest, pk: Any, permission: str) -> Booking:
    """The booking, in full; raises PermissionDenied without the permission, Http404 for none that they see."""
    if not request.user.has_perm(f"bookings.{permission}"):
        raise PermissionDenied
    booking = limited(Booking.objects.live().in_full(), request.user).filter(pk=pk).first()
    if booking is None:
        raise Http404
    return booking


def play(
    request: HttpRequest,
    booking: Booking,
    form: forms.BaseForm,
    said: str,
    verb: Callable[[], Booking | None],
) -> HttpResponse | None:
    """Play a verb and lead to the booking's page; None if it refused, which the form then says."""
    try:
        played = verb()
    except BookingError as refused:
        for told in sentences(refused, booking, booking.resource.timezone):
            form.add_error(None, told)
        return None
    messages.success(request, said)
    if played is None:
        return HttpResponseRedirect(reverse("admin:bookings_booking_changelist"))
    return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[played.pk]))


def act_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any, name: str) -> HttpResponse:
    """Play an action of the graph, with what it asks for."""
    booking = permitted_booking(request, pk, "decide_booking")
    by = Actor.staff(request.user)
    action = next((one for one in available_actions(booking, by) if one.name == name), None)
    if action is None or action.continues:
        return _not_available(request, booking)
    if begins_to_take_others(booking, action, request.user):
        return _of_others(request, booking)
    form = ActForm(posted_data(request), action=action)
    if form.is_valid():
        said = _("%(action)s: done. The booking is now: %(state)s.")
        words = said % {"action": action, "state": action.target}
        if answer := play(
            request, booking, form, words, lambda: lifecycle.act(booking, name, by=by, **form.cleaned_data)
        ):
            return answer
    taking = begins_to_take(booking, action)
    return form_page(
        model_admin,
        request,
        booking=booking,
        title=str(action),
        forms=[form],
        submit=str(action),
        danger=tells_an_end(action),
        target=action.target,
        told_seats=seats_told(request.user, [booking.pk], action, site_of(request)),
        pieces=overlapping_pieces(booking, request.user) if taking else [],
    )


def _not_available(request: HttpRequest, booking: Booking) -> HttpResponse:
    for told in sentences(ActionNotAvailable(), booking, booking.resource.timezone):
        messages.error(request, told)
    return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))


def _of_others(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Refuse what takes the time of somebody along for whom the user does not book."""
    messages.error(request, OF_OTHERS)
    return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))


def move_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Another time, after the rules that it breaks were confirmed."""
    booking = permitted_booking(request, pk, "decide_booking")
    if taking_others_along([booking], request.user):
        return _of_others(request, booking)
    form: MoveForm | SeatMoveForm
    if booking.version.claims_seat:
        form = SeatMoveForm(posted_data(request), booking=booking, user=request.user)
    else:
        user = request.user
        may_overlap = user.has_perm("bookings.override_overlap")
        form = MoveForm(posted_data(request), booking=booking, user=user, may_overlap=may_overlap)
    if form.is_valid() and not breaks_rules(booking, form):
        by, message = Actor.staff(request.user), form.cleaned_data["message"]
        said = _("The booking has its new time.")
        there = form.there | form.leave
        if answer := play(
            request,
            booking,
            form,
            said,
            lambda: lifecycle.reschedule(booking, by=by, message=message, **there),
        ):
            return answer
    return form_page(model_admin, request, booking=booking, title=_("Move"), forms=[form], submit=_("Move"))


def breaks_rules(booking: Booking, form: MoveForm | SeatMoveForm) -> bool:
    """Whether the new time breaks rules that nobody confirmed yet; the form then names them."""
    if isinstance(form, SeatMoveForm) or form.cleaned_data["confirmed"]:
        return False
    wanted = Booking(
        project=booking.project,
        min_booking_time=booking.min_booking_time,
        max_booking_time=booking.max_booking_time,
        **form.there,
    )
    form.broken_rules = broken_rules(wanted, timezone.now(), moving=booking)
    return bool(form.broken_rules)


def correct_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Correct texts and customer; nothing is written where nothing was changed."""
    seen = now_seen()
    booking = permitted_booking(request, pk, "change_booking")
    customer = getattr(booking, "customer", None)
    before = dict(customer.answers) if customer else {}
    shown = {"instance": customer, "initial": before} if customer else {}
    form = CorrectForm(posted_data(request), instance=booking)
    person = StaffCustomerForm(posted_data(request), project=booking.project, **shown) if customer else None
    asked = [form, person] if person else [form]
    is_valid = all(one.is_valid() for one in asked)
    if is_valid and corrected_by_others(booking, request):
        form.add_error(None, CHANGED_MEANWHILE)
    elif is_valid:
        changed = corrected_customer(person, before) if person else {}
        if not form.changes and not changed:
            return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[pk]))

        def verb() -> Booking:
            by, words = Actor.staff(request.user), form.cleaned_data["words"]
            return lifecycle.correct(booking, by=by, changes=form.changes, customer=changed, words=words)

        if answer := play(request, booking, form, _("The details are corrected."), verb):
            return answer
    return form_page(
        model_admin,
        request,
        booking=booking,
        title=_("Correct details"),
        forms=asked,
        submit=_("Save"),
        seen=seen,
    )


def attendance_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Note whether the customer came."""
    booking = permitted_booking(request, pk, "decide_booking")
    form = AttendanceForm(posted_data(request), initial={"attendance": booking.attendance})
    if form.is_valid():
        by, noted = Actor.staff(request.user), form.cleaned_data["attendance"]
        if answer := play(
            request, booking, form, _("Noted."), lambda: lifecycle.note_attendance(booking, noted, by=by)
        ):
            return answer
    return form_page(
        model_admin, request, booking=booking, title=_("Note attendance"), forms=[form], submit=_("Save")
    )


def undo_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Take a cancellation back."""
    booking = permitted_booking(request, pk, "decide_booking")
    if taking_others_along([booking], request.user):
        return _of_others(request, booking)
    form = forms.Form(posted_data(request))
    if form.is_valid():
        by = Actor.staff(request.user)
        if answer := play(
            request, booking, form, _("The booking stands again."), lambda: lifecycle.undo(booking, by=by)
        ):
            return answer
    title = _("Undo the cancellation")
    return form_page(model_admin, request, booking=booking, title=title, forms=[form], submit=title)


def renew_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Make every link that was sent worthless, and show the new one."""
    booking = permitted_booking(request, pk, "decide_booking")
    form = forms.Form(posted_data(request))
    if form.is_valid():
        renew(booking)
        model_admin.log_change(request, booking, _("The link was renewed."))
        said = _("The old links open nothing any more. The customer's new one: %(link)s")
        messages.success(request, said % {"link": manage_url(booking)})
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[pk]))
    title = _("Renew the customer's link")
    warning = _(
        "Every link that was sent so far stops working, the owner's too. Nobody is told: hand on the new one."
    )
    return form_page(
        model_admin, request, booking=booking, title=title, forms=[form], submit=title, warning=warning
    )


def erase_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Hide a booking that is over, and erase its personal data."""
    booking = permitted_booking(request, pk, "delete_booking")
    form = forms.Form(posted_data(request))
    if form.is_valid():
        by = Actor.staff(request.user)
        said = _("The booking is hidden and its personal data erased.")
        if answer := play(request, booking, form, said, lambda: lifecycle.delete(booking, by=by)):
            return answer
    return form_page(
        model_admin,
        request,
        booking=booking,
        title=_("Delete"),
        forms=[form],
        submit=_("Delete"),
        warning=_("It disappears from every list and its personal data is erased. This cannot be undone."),
        danger=True,
    )
