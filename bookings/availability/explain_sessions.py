"""Why a seat can be booked at some time or not: each rule's verdict on the sessions that begin then."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.availability.permits import Code
from bookings.availability.sessions import coming_sessions, open_sessions
from bookings.availability.verdicts import Explanation, JudgedTime, Remedy, Source, Verdict
from bookings.models import Booking, Project


def explain_sessions(
    project: Project,
    start: datetime,
    now: datetime,
    *,
    resources: Collection[UUID] | None = None,
    places: int = 1,
) -> Explanation:
    """Every rule's verdict on so many ``places`` of each session of the project that begins at ``start``, of these
    resources where some are named; where none begins, that alone.  Three queries at most.
    """
    asked = Q(project=project) & (Q() if resources is None else Q(resource__in=resources))
    found = list(open_sessions().filter(asked, start=start).select_related("resource"))
    bookable = coming_sessions(now).filter(asked, Q(places_left__gte=places))
    if not found:
        none = Verdict(code=Code.SESSION, passed=False, remedy=_nearest(bookable, start))
        return Explanation(times=[JudgedTime(resource=None, start=start, end=None, verdicts=[none])])
    judged = [_judged(one, now, places, None) for one in found]
    if any(one.offered for one in judged):
        return Explanation(times=judged)
    elsewhere = _nearest(bookable, start)
    return Explanation(times=[_judged(one, now, places, elsewhere) for one in found])


def _nearest(bookable: QuerySet[Booking], start: datetime) -> Remedy | None:
    """The starts of those with a seat left that are nearest, before and after."""
    before = bookable.filter(start__lt=start).order_by("-start").values_list("start", flat=True)[:1]
    after = bookable.filter(start__gt=start).values_list("start", flat=True)[:1]
    starts = (*before, *after)
    return Remedy(starts=starts) if starts else None


def _judged(session: Booking, now: datetime, places: int, elsewhere: Remedy | None) -> JudgedTime:
    itself, start = (Source(model=Booking, pk=session.pk),), session.start
    notice, horizon = session.min_booking_time, session.max_booking_time
    passed = {
        Code.SESSION: True,
        Code.PAST: start > now,
        Code.NOTICE: start <= now or not notice or start >= now + notice,
        Code.HORIZON: horizon is None or start <= now + horizon,
        Code.SEATS: vars(session)["places_left"] >= places,
    }
    asked = {Code.NOTICE: bool(notice), Code.HORIZON: horizon is not None}
    verdicts = [
        Verdict(code=code, passed=one, sources=itself, remedy=None if one else elsewhere)
        for code, one in passed.items()
        if asked.get(code, True)
    ]
    return JudgedTime(resource=session.resource, start=start, end=session.end, verdicts=verdicts)
