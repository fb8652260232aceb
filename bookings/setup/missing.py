"""What a site still lacks, each with its cure: for the end of setup, the doctor and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.backups.state import for_the_desk, last_good
from bookings.compiled import is_there
from bookings.effects.recipients import OWNER
from bookings.mailing import Mailing, mailing
from bookings.models import OutboxMessage, Project, Resource, Site, UpkeepRun, Webhook

MOST_NAMES = 10
RECENT = timedelta(days=7)


class Lack(StrEnum):
    """What is missing; doors know a page for some of it."""

    MAIL = "mail"
    HTTPS = "https"
    OWNER_ADDRESS = "owner_address"
    UNADDRESSED = "unaddressed"
    RESOURCES = "resources"
    WEBHOOKS = "webhooks"
    IMPRINT = "imprint"
    PRIVACY = "privacy"
    BACKUPS = "backups"
    BOUNCES = "bounces"
    MEETINGS = "meetings"


@dataclass(frozen=True, kw_only=True)
class Missing:
    what: Lack
    sentence: str
    cure: str
    """What to do, in a sentence."""
    is_wrong: bool = True
    """Whether something fails for want of it; else it is only to be thought of."""


def missing() -> list[Missing]:
    """Everything that is missing, in the active language; nothing where all is there.  Five queries at most."""
    return [one for one in (_mail(), *missing_but_mail()) if one is not None]


def missing_but_mail(looked: Site | None = None) -> list[Missing]:
    """The same for a page that says of mails what becomes of them.

    One query where all is there, none with a row of ``looked_over``.
    """
    site, suspected = (looked, _lacking(looked)) if looked else _looked_over()
    ask = {
        Lack.OWNER_ADDRESS: lambda: _owners(site),
        Lack.UNADDRESSED: _unaddressed,
        Lack.RESOURCES: _projects,
        Lack.WEBHOOKS: _webhooks,
    }
    found = [
        _https(),
        *(closely() for lack, closely in ask.items() if lack in suspected),
        *_law(site),
        *_backups(site),
        _bounces(),
    ]
    return [one for one in found if one is not None]


def looked_over() -> QuerySet[Site]:
    """The site's row, with what it may lack of that which is found in other tables; see ``how_many_are_wrong``."""
    there = {f"has_{lack}": is_there(rows) for lack, rows in _searched().items()}
    runs = {f"{kind}_at": last_good(kind) for kind in UpkeepRun.Kind}
    return Site.objects.filter(pk=1).annotate(**there, **runs)


def how_many_are_wrong(site: Site) -> int:
    """How much of ``missing_but_mail`` is wrong, by a row of ``looked_over`` and without a query."""
    lacks = _lacking(site) - ({Lack.OWNER_ADDRESS} if site.email else set())
    rest = [one for one in (_https(), *_backups(site)) if one is not None]
    return len(lacks) + sum(one.is_wrong for one in rest)


def _searched() -> dict[Lack, QuerySet[Any]]:
    return {
        Lack.OWNER_ADDRESS: _mute_resources(),
        Lack.UNADDRESSED: mails_without_owner(),
        Lack.RESOURCES: projects_without_resource(),
        Lack.WEBHOOKS: Webhook.objects.paused(),
    }


def _lacking(site: Site) -> set[Lack]:
    return {lack for lack in _searched() if getattr(site, f"has_{lack}")}


def _looked_over() -> tuple[Site, set[Lack]]:
    """The site, and what it may lack of that which is found in other tables."""
    site = looked_over().first()
    return (Site(), set(_searched())) if site is None else (site, _lacking(site))


def resources_whose_owner_gets_no_mail(site: Site) -> QuerySet[Resource]:
    """Those whose mails lead to nobody, in one project at least: neither they, nor it, nor the site has an address."""
    return Resource.objects.none() if site.email else _mute_resources()


def _mute_resources() -> QuerySet[Resource]:
    mute = Resource.objects.live().filter(email="", sends_mail=True)
    offered = Project.objects.live()
    silent = offered.filter(email="", sends_mail=True)
    in_one_without = Q(links__project__in=silent)
    in_none = ~Q(links__project__in=offered)
    return mute.filter(in_one_without | in_none).distinct()


def projects_without_resource() -> QuerySet[Project]:
    """Those that nobody can book: none of their resources is offered."""
    return Project.objects.live().exclude(links__resource__in=Resource.objects.active())


def mails_without_owner() -> QuerySet[OutboxMessage]:
    """Mails of the last days that were meant for an owner and found no address."""
    nobody = OutboxMessage.objects.filter(
        kind="mail", outcome=OutboxMessage.Outcome.NOBODY, payload__to=OWNER
    )
    return nobody.filter(done_at__gt=timezone.now() - RECENT)


def mail_in_words(state: Mailing) -> str:
    """What becomes of mails, in a sentence."""
    if state is Mailing.SENT:
        return _("Mail is sent as %(address)s.") % {"address": settings.DEFAULT_FROM_EMAIL}
    if state is Mailing.OFF:
        return _("Mail is not set up: no mail reaches anybody, each waits.")
    if settings.MAIL_FOLDER:
        return _(
            "Mail is not set up: no mail reaches anybody. This is a trial, and mails are only written to %(folder)s."
        ) % {"folder": settings.MAIL_FOLDER}
    return _("Mail is not set up: this is a trial, and EMAIL_URL names no mail server.")


def _mail() -> Missing | None:
    state = mailing()
    if state is Mailing.SENT:
        return None
    cure = _(
        "Set EMAIL_URL=smtp+tls://user:password@host in .env, start anew, try ./run manage doctor --mail ADDRESS."
    )
    return Missing(what=Lack.MAIL, sentence=mail_in_words(state), cure=cure, is_wrong=state is Mailing.OFF)


def _bounces() -> Missing | None:
    if settings.BOUNCES_ARE_READ or not settings.MAIL_IS_SET_UP:
        return None
    return Missing(
        what=Lack.BOUNCES,
        sentence=_("Bounces are not read: nobody is told of mails that come back."),
        cure=_(
            "In .env set ANYMAIL, or BOUNCES_ARE_READ=on where your mail server hands them to ./run manage bounce."
        ),
        is_wrong=False,
    )


def _https() -> Missing | None:
    if settings.SITE_IS_HTTPS:
        return None
    if settings.SITE_IS_LOCAL:
        sentence = _("Only this machine can open the page.")
    else:
        sentence = _("The page is not encrypted: passwords and customers' details can be read on the way.")
    cure = _(
        "Put a server that speaks https in front, and set SITE_URL=https://… and TRUSTED_PROXIES=its address in .env."
    )
    return Missing(what=Lack.HTTPS, sentence=sentence, cure=cure, is_wrong=not settings.SITE_IS_LOCAL)


def _owners(site: Site) -> Missing | None:
    names = _names(resources_whose_owner_gets_no_mail(site))
    if not names:
        return None
    sentence = _("Nobody gets the mails about bookings of %(names)s.") % {"names": names}
    cure = _("Give them an e-mail address, or give the site one that gets all such mails.")
    return Missing(what=Lack.OWNER_ADDRESS, sentence=sentence, cure=cure)


def _unaddressed() -> Missing | None:
    count = mails_without_owner().count()
    if not count:
        return None
    sentence = ngettext(
        "In the last seven days %(count)s mail to an owner was not sent, since there is no address.",
        "In the last seven days %(count)s mails to owners were not sent, since there is no address.",
        count,
    ) % {"count": count}
    cure = _("Give an address, then choose “Retry now” in the list of outgoing messages.")
    return Missing(what=Lack.UNADDRESSED, sentence=sentence, cure=cure)


def _projects() -> Missing | None:
    names = _names(projects_without_resource())
    if not names:
        return None
    sentence = _("Nobody can book %(names)s: no resource is offered there.") % {"names": names}
    cure = _("Add a resource to the project.")
    return Missing(what=Lack.RESOURCES, sentence=sentence, cure=cure)


def _webhooks() -> Missing | None:
    count = Webhook.objects.paused().count()
    if not count:
        return None
    sentence = ngettext(
        "%(count)s webhook is paused, since its address takes nothing.",
        "%(count)s webhooks are paused, since their addresses take nothing.",
        count,
    ) % {"count": count}
    cure = _("See what was answered on its page, and resume it there, or switch it off.")
    return Missing(what=Lack.WEBHOOKS, sentence=sentence, cure=cure)


def _law(site: Site) -> list[Missing]:
    cure = _("Give its address on the page of the site, where your country asks for one.")
    lacks = [
        (site.imprint_url, Lack.IMPRINT, _("No imprint is linked.")),
        (site.privacy_url, Lack.PRIVACY, _("No privacy notice is linked.")),
    ]
    return [
        Missing(what=lack, sentence=sentence, cure=cure, is_wrong=False)
        for url, lack, sentence in lacks
        if not url
    ]


def _backups(site: Site) -> list[Missing]:
    """``site`` carries when the last good backup and drill were."""
    moments = (getattr(site, f"{kind}_at", None) for kind in UpkeepRun.Kind)
    return [
        Missing(what=Lack.BACKUPS, sentence=one.sentence, cure=one.cure, is_wrong=one.is_wrong)
        for one in for_the_desk(*moments)
    ]


def _names(rows: QuerySet[Resource] | QuerySet[Project]) -> str:
    """The first few by name, and that there are more."""
    names = list(rows.order_by("name").values_list("name", flat=True)[: MOST_NAMES + 1])
    return ", ".join([*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])])
