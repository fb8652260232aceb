"""The verbs of managers: a member of staff is invited, changed, sent a link; an invitation is revoked.

Each is one transaction that locks who asks and who is meant, in order of id, and only then looks at what both may:
of two managers who act upon each other at once the second finds what the first left.  Whoever acts stays, so that
somebody who manages staff is always left.  What changed stands in the admin's log, with before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Resource, StaffLimit, StaffSession
from bookings.roles import ROLES
from bookings.setup.reach import OutOfReach, Reach, reach_of
from bookings.setup.role_words import roles_in_words
from bookings.setup.staff_links import mail_link
from bookings.staff_limits import Seen, resources_seen_by
from bookings.staff_sessions import end


class MemberRefused(Exception):
    """Nothing was written; ``sentence`` is for people, ``field`` the one at fault, or None."""

    sentence = gettext_lazy("This is not possible.")
    field: str | None = None


class RoleBeyondOwn(MemberRefused):
    sentence = gettext_lazy("You can give what you may do yourself, and no more.")
    field = "role"


class LimitBeyondOwn(MemberRefused):
    sentence = gettext_lazy("You can let somebody see what you see yourself, and no more.")
    field = "resources"


class NameTaken(MemberRefused):
    sentence = gettext_lazy("Somebody else has this login name.")
    field = "username"


class ChangedMeanwhile(MemberRefused):
    sentence = gettext_lazy("Somebody else changed this member meanwhile. Load the page anew to see it.")


class IsOff(MemberRefused):
    sentence = gettext_lazy("Whoever is switched off gets no link. Switch the member on first.")


class NotMailable(MemberRefused):
    sentence = gettext_lazy("There is no e-mail address to which a mail could go.")
    field = "email"


class HasPassword(MemberRefused):
    sentence = gettext_lazy("The invitation was used already. Switch the member off instead.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a member is to be.  ``role`` is one of the seeded ones, or None to leave all roles as they are."""

    username: str
    email: str
    role: Group | None
    limit: Seen
    is_active: bool = True
    is_superuser: bool = False


@transaction.atomic
def invite(by: User, wanted: Wanted, *, by_mail: bool) -> User:
    """A new member without a password, and the mail with a link where it is wanted.

    Raises ``OutOfReach`` and ``MemberRefused``.
    """
    reach = _locked(by)
    _refuse_more(reach, wanted)
    user = User(username=wanted.username, email=wanted.email, is_staff=True, is_superuser=wanted.is_superuser)
    _refuse_taken(user)
    user.set_unusable_password()
    user.save()
    user.groups.set([wanted.role] if wanted.role else [])
    limit_to(user, wanted.limit)
    said = {"roles": roles_in_words(user), "resources": limit_in_words(wanted.limit)}
    _note(by, user, _("Invited as %(roles)s; sees: %(resources)s.") % said, flag=ADDITION)
    if by_mail:
        _mail(by, user)
    return user


@transaction.atomic
def change_member(by: User, pk: int, wanted: Wanted, *, version: str) -> User:
    """Make a member what is wanted; one who is switched off is logged out everywhere.

    ``version`` is that of ``version_of`` when the page was made.  Raises ``OutOfReach`` and ``MemberRefused``.
    """
    reach = _locked(by, pk)
    member = _changeable(reach, pk)
    if version != version_of(member):
        raise ChangedMeanwhile
    _refuse_more(reach, wanted)
    before = _told(member)
    member.username, member.email, member.is_active = wanted.username, wanted.email, wanted.is_active
    _refuse_taken(member)
    member.save(update_fields=["username", "email", "is_active"])
    if wanted.role is not None:
        kept = [group for group in member.groups.all() if group.name not in ROLES]
        member.groups.set([*kept, wanted.role])
    limit_to(member, wanted.limit)
    if not member.is_active:
        end(list(StaffSession.objects.filter(user=member)))
    after = _told(User.objects.get(pk=pk))
    lines = [
        _("%(field)s: %(before)s, now: %(after)s") % {"field": field, "before": was, "after": after[field]}
        for field, was in before.items()
        if was != after[field]
    ]
    if lines:
        _note(by, member, "\n".join(lines))
    return member


@transaction.atomic
def renew_link(by: User, pk: int, *, by_mail: bool) -> User:
    """Let a member set a password anew, by mail or by ``password_link`` of who is returned.

    An invitation made before is worthless then; a password stays until the link is used.  Raises ``OutOfReach`` and
    ``MemberRefused``.
    """
    member = _locked(by, pk).member(pk)
    if not member.is_active:
        raise IsOff
    if is_invited(member):
        _spend_links(member)
    if by_mail:
        _mail(by, member)
    else:
        _note(by, member, _("A password link was made."))
    return member


@transaction.atomic
def revoke_invitation(by: User, pk: int) -> User:
    """Switch off somebody who has not set a password yet; no link works any more.

    Raises ``OutOfReach`` and ``MemberRefused``.
    """
    member = _changeable(_locked(by, pk), pk)
    if not is_invited(member):
        raise HasPassword
    member.is_active = False
    member.save(update_fields=["is_active"])
    _spend_links(member)
    _note(by, member, _("The invitation was revoked."))
    return member


def is_invited(member: User) -> bool:
    """Whether they have not set a password yet."""
    return not member.has_usable_password()


def version_of(member: User) -> str:
    """Changes with everything that the page of a member shows to be changed."""
    limit = resources_seen_by(member)
    groups = sorted(group.pk for group in member.groups.all())
    facts = (member.username, member.email, member.is_active, groups, limit and sorted(map(str, limit)))
    return sha256(repr((*facts, limit is None)).encode()).hexdigest()[:32]


def limit_in_words(limit: Seen) -> str:
    """The names of the resources, or that it is all of them.  One query where it is not."""
    return limits_in_words([limit])[0]


def limits_in_words(limits: Sequence[Seen]) -> list[str]:
    """The same for several, in one query; resources that are gone are left out."""
    ids = frozenset().union(*filter(None, limits))
    names = dict(Resource.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [
        _("all resources")
        if limit is None
        else _(", ").join(sorted(names[one] for one in limit if one in names)) or "—"
        for limit in limits
    ]


def limit_to(user: User, limit: Seen) -> None:
    """Have a member see these resources alone, or all of them where it is None."""
    row = StaffLimit.objects.filter(user=user).first()
    if limit is None:
        if row:
            row.delete()
        return
    ids = sorted(map(str, limit))
    if row is None or row.resources != ids:
        row = row or StaffLimit(user=user)
        row.resources = ids
        row.save()


def _locked(by: User, pk: int | None = None) -> Reach:
    """Who asks, as they are now, with the member locked, too; ids first, so that two who cross never wait in a ring."""
    ids = sorted({by.pk} | ({pk} if pk is not None else set()))
    found = {
        one.pk: one for one in User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    }
    if by.pk not in found:
        raise OutOfReach
    return reach_of(found[by.pk])


def _changeable(reach: Reach, pk: int) -> User:
    """Superusers are changed on Django's own page."""
    member = reach.member(pk)
    if member.is_superuser:
        raise OutOfReach
    return member


def _refuse_more(reach: Reach, wanted: Wanted) -> None:
    above = wanted.is_superuser and not reach.user.is_superuser
    if above or (wanted.role is not None and wanted.role not in reach.roles()):
        raise RoleBeyondOwn
    if not reach.covers(wanted.limit):
        raise LimitBeyondOwn


def _refuse_taken(user: User) -> None:
    if User.objects.filter(username=user.username).exclude(pk=user.pk).exists():
        raise NameTaken


def _spend_links(member: User) -> None:
    """A link knows the password of when it was made, also where that is none."""
    member.set_unusable_password()
    member.save(update_fields=["password"])


def _mail(by: User, member: User) -> None:
    if not mail_link(member):
        raise NotMailable
    _note(by, member, _("A password link was mailed to %(email)s.") % {"email": member.email})


def _told(member: User) -> dict[str, str]:
    """What is told of a member before and after, by the name of the field."""
    return {
        _("Login name"): member.username,
        _("E-mail address"): member.email or "—",
        _("Role"): roles_in_words(member),
        _("Sees"): limit_in_words(resources_seen_by(member)),
        _("Active"): _("Yes") if member.is_active else _("No"),
    }


def _note(by: User, member: User, words: str, *, flag: int = CHANGE) -> None:
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(member.pk),
        object_repr=str(member)[:200],
        action_flag=flag,
        change_message=words,
    )
