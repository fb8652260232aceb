"""The pages of members of staff: who there is, one of them, the invitation, the link.

They show whom the reader reaches (``bookings.setup.reach``) and decide nothing: the verbs look again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.form_page import form_page_context, posted_data
from bookings.admin.member_forms import MAIL, InviteForm, MemberFields, MemberForm
from bookings.languages import site_of
from bookings.mailing import Mailing, mailing
from bookings.setup.members import (
    MemberRefused,
    NameTaken,
    change_member,
    invite,
    is_invited,
    limits_in_words,
    renew_link,
    revoke_invitation,
)
from bookings.setup.reach import ManagesNobody, OutOfReach, Reach, reach_of
from bookings.setup.role_words import roles_in_words
from bookings.setup.staff_links import password_link, valid_for
from bookings.staff_limits import resources_seen_by
from bookings.times import brief_day_and_clock

MOST_ENTRIES = 50


def members_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Whom the reader manages."""
    found = _reach(request).members()
    seen = limits_in_words([resources_seen_by(one) for one in found])
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Staff"),
        "opts": model_admin.opts,
        "rows": [
            {"member": one, "roles": roles_in_words(one), "sees": sees, "invited": is_invited(one)}
            for one, sees in zip(found, seen, strict=True)
        ],
    }
    return TemplateResponse(request, "admin/auth/user/members.html", context)


def invite_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """A new member of staff, and the link with which they set their password."""
    form = InviteForm(posted_data(request), reach=_reach(request))
    if form.is_valid():
        member = _tried(form, lambda: invite(_asker(request), form.wanted, by_mail=form.by_mail))
        if member and form.by_mail:
            said = _("The invitation is on its way to %(email)s.") % {"email": member.email}
            messages.success(request, said)
            return _back(member.pk)
        if member:
            return _link_shown(model_admin, request, member)
    title, submit = _("Invite a member of staff"), _("Invite")
    return _form_page(model_admin, request, form, title=title, submit=submit)


def member_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """One member, with what happened to them.  Raises Http404 for whom the reader does not reach."""
    reach = _reach(request)
    member = _member(reach, pk)
    if member.is_superuser:
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))
    title = _("Member of staff: %(name)s") % {"name": member}
    was_invited = is_invited(member)
    form = MemberForm(posted_data(request), instance=member, reach=reach)
    if form.is_valid():
        version = form.cleaned_data["version"]
        if _tried(form, lambda: change_member(_asker(request), pk, form.wanted, version=version)):
            messages.success(request, _("It is saved."))
            return _back(member.pk)
    more = {
        "person": member,
        "invited": was_invited,
        "entries": _entries(request, member) if reach.seen is None else None,
        "mails": mailing() is not Mailing.OFF,
    }
    return _form_page(model_admin, request, form, title=title, submit=_("Save"), **more)


def link_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for somebody who forgot the password or lost the invitation: mailed, or shown once."""
    by_mail = request.POST.get("how") == MAIL and mailing() is not Mailing.OFF
    try:
        member = _found(lambda: renew_link(_asker(request), pk, by_mail=by_mail))
    except MemberRefused as refusal:
        messages.error(request, str(refusal.sentence))
        return _back(pk)
    if not by_mail:
        return _link_shown(model_admin, request, member)
    messages.success(request, _("The link is on its way to %(email)s.") % {"email": member.email})
    return _back(pk)


def revoke_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The invitation is taken back."""
    try:
        _found(lambda: revoke_invitation(_asker(request), pk))
    except MemberRefused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("The invitation was revoked. No link that was made works any more."))
    return _back(pk)


def _asker(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # the admin's view saw to it
    return request.user


def _reach(request: HttpRequest) -> Reach:
    """Raises PermissionDenied for whoever manages nobody."""
    try:
        return reach_of(request.user)
    except ManagesNobody:
        raise PermissionDenied from None


def _member(reach: Reach, pk: int) -> User:
    return _found(lambda: reach.member(pk))


def _found(do: Callable[[], User]) -> User:
    """What it returns; raises Http404 where the member is out of reach, PermissionDenied where all are."""
    try:
        return do()
    except ManagesNobody:
        raise PermissionDenied from None
    except OutOfReach:
        raise Http404 from None


def _tried(form: MemberFields, do: Callable[[], User]) -> User | None:
    """What the verb returns; None where it refused, which the form says then."""
    try:
        return _found(do)
    except MemberRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
    except IntegrityError:  # the name was given at the same moment
        form.add_error(NameTaken.field, str(NameTaken.sentence))
    return None


def _back(pk: int) -> HttpResponse:
    """To the page of a member."""
    return HttpResponseRedirect(reverse("admin:auth_user_member", args=[pk]))


def _form_page(
    model_admin: ModelAdmin, request: HttpRequest, form: MemberFields, **more: Any
) -> HttpResponse:
    context = form_page_context(model_admin, request, forms=[form], **more)
    return TemplateResponse(request, "admin/auth/user/member.html", context)


def _entries(request: HttpRequest, member: User) -> list[dict[str, Any]]:
    """What happened to a member, the newest first.  It names resources, so that a limited reader is told nothing."""
    zone = site_of(request).timezone
    kind = ContentType.objects.get_for_model(User)
    rows = LogEntry.objects.filter(content_type=kind, object_id=str(member.pk)).select_related("user")
    return [
        {
            "when": brief_day_and_clock(row.action_time, zone),
            "who": row.user,
            "what": row.get_change_message(),
        }
        for row in rows.order_by("-action_time", "-pk")[:MOST_ENTRIES]
    ]


def _link_shown(model_admin: ModelAdmin, request: HttpRequest, member: User) -> HttpResponse:
    """In this one answer, since it is stored nowhere."""
    context = model_admin.admin_site.each_context(request) | {
        "title": _("A link for %(name)s") % {"name": member},
        "person": member,
        "link": password_link(member),
        "days": valid_for().days,
        "opts": model_admin.opts,
    }
    response = TemplateResponse(request, "admin/auth/user/link.html", context)
    response["Cache-Control"] = "no-store"
    return response
