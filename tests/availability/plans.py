"""Random hours, constraints and bookings around the days on which clocks are changed, all on whole minutes."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tests.availability import reference

# A zone and a local date near which its clocks are changed.
CHANGES = [
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Africa/Cairo", date(2027, 4, 30)),
    ("Africa/Cairo", date(2027, 10, 29)),
    ("Asia/Beirut", date(2027, 3, 28)),
    ("Asia/Beirut", date(2027, 10, 31)),
    ("America/Havana", date(2027, 3, 14)),
    ("America/Havana", date(2027, 11, 7)),
    ("America/Santiago", date(2027, 4, 4)),
    ("America/Santiago", date(2027, 9, 5)),
    ("Africa/Casablanca", date(2027, 2, 7)),
    ("Africa/Casablanca", date(2027, 3, 14)),
    ("Pacific/Chatham", date(2027, 4, 4)),
    ("Pacific/Chatham", date(2027, 9, 26)),
    # Never changed.
    ("Asia/Kolkata", date(2027, 5, 5)),
    ("America/Asuncion", date(2027, 10, 3)),
    # By two hours.
    ("Antarctica/Troll", date(2027, 3, 28)),
    ("Antarctica/Troll", date(2027, 10, 31)),
    # At one minute past midnight, and by three hours.
    ("America/St_Johns", date(2010, 3, 14)),
    ("Antarctica/Casey", date(2022, 10, 2)),
    ("Antarctica/Casey", date(2023, 3, 9)),
    # By half an hour at half past the hour.
    ("Asia/Pyongyang", date(2018, 5, 5)),
    # A date left out.
    ("Pacific/Apia", date(2011, 12, 30)),
]

DAY = 1440
lengths = st.sampled_from([15, 30, 45, 50, 60, 90, 150]) | st.integers(1, 200)
_full_hours = st.integers(0, 23).map(lambda hour: hour * 60)
_quarters = st.integers(0, 95).map(lambda quarter: quarter * 15)
clocks = _full_hours | _quarters | st.integers(0, 1439)


@st.composite
def hour_bounds(draw):
    """From a minute of the day to one up to a day later."""
    if draw(st.integers(0, 4)) == 0:
        return 0, DAY
    low = draw(clocks)
    return low, low + draw(st.sampled_from([240, 480, 720, DAY]) | st.integers(1, DAY))


# Most weeks are alike every day, or there would be nothing to compare around most changes.
_same_every_day = st.lists(hour_bounds(), min_size=1, max_size=2).map(
    lambda bounds: dict.fromkeys(range(7), bounds)
)
_own_each_day = st.dictionaries(
    st.integers(0, 6), st.lists(hour_bounds(), min_size=1, max_size=2), min_size=3, max_size=7
)
weeks = _same_every_day | _same_every_day | _own_each_day | st.just({})


@st.composite
def exceptions(draw, near: date):
    first = near + timedelta(days=draw(st.integers(-3, 3)))
    return first, first + timedelta(days=draw(st.integers(0, 2))), draw(st.none() | hour_bounds())


@st.composite
def levels(draw, near: date, most: int):
    dated = st.just([]) | st.lists(exceptions(near), max_size=2)
    found = draw(st.lists(st.tuples(weeks, dated), max_size=most))
    return [reference.Level(*each) for each in found]


@st.composite
def constraint(draw, near: date, actions=("block", "block", "allow")):
    kind = draw(st.sampled_from(["day_and_time", "hours", "day", "period", "weekdays", "weekends"]))
    given = {}
    if kind in ("day", "day_and_time"):
        given["day"] = draw(st.sampled_from(reference.NAMES)).capitalize()
    if kind in ("hours", "day_and_time"):
        given |= draw(clock_bounds())
    if kind == "period":
        given = draw(periods(near))
    return {f"{draw(st.sampled_from(actions))}_{kind}": given}


@st.composite
def clock_bounds(draw):
    low, high = draw(clocks), draw(clocks | st.just(DAY))
    if low == high:
        high = (low + 30) % 1440
    return {name: f"{value // 60:02}:{value % 60:02}" for name, value in (("start", low), ("end", high))}


@st.composite
def periods(draw, near: date):
    first = near + timedelta(days=draw(st.integers(-2, 2)))
    last = first + timedelta(days=draw(st.integers(1, 3)))
    given = {"start": first.isoformat(), "end": last.isoformat()}
    for name in draw(st.lists(st.sampled_from(["start", "end"]), max_size=1)):
        given[name] += f"T{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}:00+02:00"
    return given


def constraint_list(near: date):
    """One list, which often says nothing; the allows of one list add up, so some lists hold nothing else."""
    nothing, some = st.just([]), st.lists(constraint(near), max_size=2)
    allows = st.lists(constraint(near, ("allow",)), min_size=2, max_size=3)
    return nothing | nothing | some | some | allows


def noon(day: date) -> int:
    """Noon UTC of a date, in minutes since 1970."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) // 60


@st.composite
def pieces(draw, near: date):
    start = noon(near) + draw(
        st.integers(-150, 150).map(lambda quarter: quarter * 15) | st.integers(-2400, 2400)
    )
    end = start + draw(st.sampled_from([30, 60]) | st.integers(1, 300))
    return reference.Piece(
        start, end, draw(st.sampled_from([0, 0, 15, 7])), draw(st.sampled_from([0, 0, 30, 11]))
    )


@st.composite
def places(draw, zone: str, near: date):
    busy = draw(st.lists(pieces(near), max_size=8))
    return reference.Place(
        zone=zone,
        levels=draw(levels(near, 3)),
        project_levels=draw(st.just([]) | st.just([]) | levels(near, 1)),
        constraints=[draw(constraint_list(near)) for _each in range(3)],
        busy=busy,
        length=draw(lengths),
        cap=draw(st.none() | st.integers(0, 5)),
        booked=[piece.start for piece in busy],
    )


@st.composite
def windows(draw, near: date):
    """A search of up to four days around a date, some with notice and horizon."""
    far_ahead = st.just(reference.FAR_AHEAD)
    start = noon(near) - draw(st.integers(6 * 60, 36 * 60))
    end = noon(near) + draw(st.integers(0, 48 * 60))
    return reference.Asked(
        start=start,
        end=end,
        earliest=draw(st.just(0) | st.just(0) | st.integers(start - 60, start + 1000)),
        latest=draw(far_ahead | far_ahead | st.integers(end - 1000, end + 60)),
    )
