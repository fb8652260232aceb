"""How it stands with backups and drills, for the doctor and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.backups import keys
from bookings.models import Standstill, UpkeepRun, UpkeepWish
from bookings.models.upkeep import UpkeepRunQuerySet

TOO_OLD = timedelta(days=2)
DRILL_TOO_OLD = timedelta(days=9)


@dataclass(frozen=True)
class Remark:
    """A sentence about it, and what to do; ``is_wrong`` where something fails for want of it."""

    is_wrong: bool
    sentence: str
    cure: str = ""


def last_good(kind: str) -> Subquery:
    """When the last good run of that kind ended, as a column of another query."""
    runs = UpkeepRun.objects.filter(kind=kind, good=True, finished_at__isnull=False).order_by("-finished_at")
    return Subquery(runs.values("finished_at")[:1])


def for_the_desk(backup_at: datetime | None, drill_at: datetime | None) -> Iterator[Remark]:
    """What staff should know; nothing where the site makes no backups itself."""
    if settings.BACKUP_FOLDER is None:
        return
    if backup_at is not None and backup_at < timezone.now() - TOO_OLD:
        yield Remark(
            True, _age(backup_at), _("See in the log why the worker makes none: ./run manage backup.")
        )
    if lies_on_the_same_disk():
        yield Remark(
            False,
            _("Backups lie on the same disk as the database: who loses one loses both."),
            _("Set BACKUP_FOLDER in .env to a place on another machine or disk."),
        )
    if settings.DRILL_WEEKLY and drill_at is not None and drill_at < timezone.now() - DRILL_TOO_OLD:
        yield Remark(True, _drill_age(drill_at), _("Run ./run manage drill and see what it says."))


def for_the_doctor() -> Iterator[Remark]:
    """The same and more, for the operator."""
    if settings.BACKUP_FOLDER is None:
        yield Remark(False, "The site makes no backups itself: set BACKUP_FOLDER, or see to them otherwise")
        return
    yield from _last_run(UpkeepRun.objects.backups())
    good, drilled = UpkeepRun.objects.backups().last_good(), UpkeepRun.objects.drills().last_good()
    if good is None:
        yield Remark(False, "There is no backup yet: the worker makes one a day, or now: ./run manage backup")
    elif good.finished_at:
        yield Remark(good.finished_at < timezone.now() - TOO_OLD, _age(good.finished_at))
    if not keys.in_force():
        yield Remark(
            False,
            "Backups hold no secrets, and cannot open links and calendars by themselves: set BACKUP_KEY (./run manage "
            "backup --new-key FILE) or make a key at the desk, or keep the SECRET_KEY with the fingerprint "
            f"{keys.fingerprint()} elsewhere",
        )
    if lies_on_the_same_disk():
        yield Remark(
            False, "Backups lie on the same disk as the database: set BACKUP_FOLDER to another place"
        )
    yield from _last_run(UpkeepRun.objects.drills())
    if drilled is not None and drilled.finished_at:
        old = settings.DRILL_WEEKLY and drilled.finished_at < timezone.now() - DRILL_TOO_OLD
        yield Remark(old, _drill_age(drilled.finished_at))
    else:
        yield Remark(False, "No backup was ever tried: ./run manage drill, or DRILL_WEEKLY=1")


def _last_run(runs: UpkeepRunQuerySet) -> Iterator[Remark]:
    run = runs.last()
    if run is not None and not run.good:
        yield Remark(True, f"The last {run.get_kind_display()} failed: {run.words}")


def lies_on_the_same_disk() -> bool:
    """Whether the database, where it is a file, and the backups are on one file system."""
    if settings.BACKUP_FOLDER is None or connection.vendor != "sqlite":
        return False
    places = [Path(str(connection.settings_dict["NAME"])), settings.BACKUP_FOLDER]
    try:
        return len({_nearest(place).stat().st_dev for place in places}) == 1
    except OSError:
        return False


def _nearest(place: Path) -> Path:
    """The place, or where it will be made."""
    return next((one for one in (place, *place.parents) if one.exists()), place)


def _age(moment: datetime) -> str:
    days = (timezone.now() - moment).days
    if not days:
        return _("The last backup is less than a day old.")
    return ngettext("The last backup is %(days)s day old.", "The last backup is %(days)s days old.", days) % {
        "days": days
    }


def _drill_age(moment: datetime) -> str:
    days = (timezone.now() - moment).days
    if not days:
        return _("The last drill, in which a backup was tried, was less than a day ago.")
    return ngettext(
        "The last drill, in which a backup was tried, was %(days)s day ago.",
        "The last drill, in which a backup was tried, was %(days)s days ago.",
        days,
    ) % {"days": days}


def in_words() -> str:
    """For the desk's page of the site: where backups go, how old the last is, and when one was last tried."""
    if settings.BACKUP_FOLDER is None:
        return _("The site makes no backups itself.")
    good, drilled = UpkeepRun.objects.backups().last_good(), UpkeepRun.objects.drills().last_good()
    backup = _age(good.finished_at) if good and good.finished_at else _("There is no backup yet.")
    drill = (
        _drill_age(drilled.finished_at) if drilled and drilled.finished_at else _("No backup was ever tried.")
    )
    return f"{backup} {drill}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that the desk's page of backups tells.  ``folder`` is empty where the site makes none itself."""

    folder: str
    keep: int
    hour: int
    """Of the day in UTC, from which the night's backup is due."""
    backup: UpkeepRun | None
    """The last that ended, good or not."""
    drill: UpkeepRun | None
    ages: str
    public_key: str
    """For which they are encrypted; empty: they hold no secrets."""
    fingerprint: str
    """Of the SECRET_KEY which opens links and calendars of a backup that holds no secrets."""
    same_disk: bool
    drills_weekly: bool
    asked: bool
    """Whether one was asked for that no worker has begun yet."""
    stands_still: bool

    @classmethod
    def now(cls) -> Standing:
        return cls(
            folder=str(settings.BACKUP_FOLDER or ""),
            keep=settings.BACKUP_KEEP,
            hour=settings.BACKUP_HOUR,
            backup=UpkeepRun.objects.backups().last(),
            drill=UpkeepRun.objects.drills().last(),
            ages=in_words(),
            public_key=keys.in_force(),
            fingerprint=keys.fingerprint(),
            same_disk=lies_on_the_same_disk(),
            drills_weekly=settings.DRILL_WEEKLY,
            asked=UpkeepWish.objects.filter(kind=UpkeepRun.Kind.BACKUP).exists(),
            stands_still=Standstill.objects.exists(),
        )
