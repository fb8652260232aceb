"""Times by PHP's letters: written as PHP writes them, and read again as what they were."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.php_dates import WRITTEN, NoSuchFormat, NoSuchTime, reader, writer

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/Los_Angeles",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
    ]
)
# Two digits of a year are of 1970 to 2069.
MOMENTS = st.integers(40_000_000, 3_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
SAYS_ENOUGH = st.sampled_from(
    ["c", "r", "U", r"Y-m-d\TH:i:sP", "Y-m-d H:i:s O", "D, d M y H:i:s p", "l jS F Y g:i:s a P", "z Y G:i:s e",
     "YmdHisO", "n/j/Y h:i:s A P", r"\U\n\i\x: U", "H:i:s d.m.Y p"]
)  # fmt: skip
PHP = """
$asked = json_decode(stream_get_contents(STDIN), true);
foreach ($asked as [$second, $zone, $form])
    $told[] = (new DateTime("@$second"))->setTimezone(new DateTimeZone($zone))->format($form);
echo json_encode($told);
"""


@given(moment=MOMENTS, zone=ZONES, form=SAYS_ENOUGH)
def test_what_is_written_is_read_as_the_same_instant(moment, zone, form):
    local = moment.astimezone(ZoneInfo(zone))
    read = reader(form).read(writer(form)(local), UTC)
    if "e" in form and local.fold:  # the name of a zone does not say which of two equal hours is meant
        assert timedelta(0) < moment - read <= timedelta(hours=1)
    else:
        assert read == moment


@given(moment=MOMENTS, zone=st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"]))
def test_the_short_name_of_a_zone_is_read_on_its_own_clocks(moment, zone):
    clocks = ZoneInfo(zone)
    for form in ("l, d-M-Y H:i:s T", "X-m-d H:i:s T", "x-m-d H:i:s T"):
        assert reader(form).read(writer(form)(moment.astimezone(clocks)), clocks) == moment


def test_the_year_of_a_large_x_has_its_sign():
    assert writer("X x")(datetime(2027, 8, 12, tzinfo=UTC)) == "+2027 2027"


@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ("e", "a" + "-" * 150),
        ("e", "a/" * 75),
        ("DlD" * 20, "a" * 150),
        ("DlD" * 20, "Mon" * 50),
        ("u" * 60, "1" * 150),
    ],
)
def test_no_text_takes_long_to_be_refused(more, sent):
    """Where a letter gave back what it took, each of these would run for years."""
    with pytest.raises(NoSuchTime):
        reader(f"Y-m-d H:i {more}").read(f"2027-08-12 10:00 {sent}!", UTC)


@pytest.mark.skipif(shutil.which("php") is None, reason="asks PHP itself")
def test_every_letter_is_written_as_php_writes_it():
    seconds = [0, 951_782_400, 1_076_198_399, 1_729_990_800, 1_798_761_599, 1_830_297_599, -86_400]
    zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Asia/Tokyo"]
    forms = [
        *sorted(WRITTEN),
        "c",
        "r",
        r"\Y\e\s Y",
        "jS F Y, g:ia",
        "b f k q",
        "[Y] {m}",
    ]
    asked = [[second, zone, form] for second in seconds for zone in zones for form in forms]
    run = subprocess.run(
        ["php", "-r", PHP], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    ours = [writer(form)(datetime.fromtimestamp(second, ZoneInfo(zone))) for second, zone, form in asked]
    told = json.loads(run.stdout)
    assert [(one, own) for one, own, php in zip(asked, ours, told, strict=True) if own != php] == []


def test_a_time_without_a_zone_is_on_the_clocks_it_is_read_on():
    assert reader("Y-m-d H:i").read("2027-08-12 12:00", BERLIN) == datetime(2027, 8, 12, 10, tzinfo=UTC)
    assert reader("Y-m-d H:i").read("2027-08-12 12:00", UTC) == datetime(2027, 8, 12, 12, tzinfo=UTC)
    assert reader("Y-m-d H:i T").read("2027-08-12 12:00 -07:00", BERLIN).hour == 19


def test_of_an_hour_that_comes_twice_the_first_is_meant_and_one_that_never_comes_is_none():
    form = reader("Y-m-d H:i")
    assert form.read("2027-10-31 02:30", BERLIN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    with pytest.raises(NoSuchTime):
        form.read("2027-03-28 02:30", BERLIN)


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("Y-m-d H:i", "2027-02-29 10:00"),
        ("Y-m-d H:i", "2027-13-01 10:00"),
        ("Y-m-d H:i", "2027-08-12 24:00"),
        ("Y-m-d H:i", "2027-08-12 10:60"),
        ("Y-m-d H:i", "2027-08-12T10:00"),
        ("Y-m-d H:i", " 2027-08-12 10:00"),
        ("Y-m-d H:i", "٢٠٢٧-08-12 10:00"),
        ("Y-m-d H:i", None),
        ("Y-m-d H:i", ["2027-08-12 10:00"]),
        ("Y-m-d h:i a", "2027-08-12 13:00 pm"),
        ("Y z H:i", "2027 365 10:00"),
        ("d F Y H:i", "12 Augst 2027 10:00"),
        ("Y-m-d H:i e", "2027-08-12 10:00 Mars/Base"),
        ("Y-m-d H:i P", "2027-08-12 10:00 +99:99"),
        ("Y-m-d H:i T", "2027-08-12 10:00 CEST"),
        ("D, Y-m-d H:i", "Day, 2027-08-12 10:00"),
        ("U", "12 August"),
        ("U", "999999999999"),
        ("U", True),
        ("U", 1.5),
        ("U", "1" * 300),
    ],
)
def test_what_is_none_of_its_format_is_no_time(form, sent):
    with pytest.raises(NoSuchTime):
        reader(form).read(sent, UTC)


def test_seconds_since_1970_may_come_as_a_number():
    assert reader("U").read(1_818_064_800, UTC) == reader("U").read("1818064800", UTC)


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("Y-m-d", "hour"),
        ("H:i", "year"),
        ("Y-m-d h:i", "hour"),
        ("Y-m-dTH:i Y", "twice"),
        ("Y-m-d H:i N", "letter N"),
        ("Y-m-d H:i *", "letter *"),
        ("Y-m-d H:i b", "letter b"),
        ("Y-m-d H:i\n", "no format"),
        ("Y" * 101, "too long"),
    ],
)
def test_a_format_that_does_not_say_a_moment_is_refused_with_the_reason(form, word):
    with pytest.raises(NoSuchFormat, match=f".*{word.replace('*', '[*]')}"):
        reader(form)


def test_a_format_that_nobody_can_print_is_refused_for_answers_too():
    for form in ("Y\x00", "Y" * 101, "c" * 99):
        with pytest.raises(NoSuchFormat):
            writer(form)
