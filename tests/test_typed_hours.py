"""Opening hours as people write them."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from bookings.typed_hours import Opening, hours_in_words, read


def week(days, *times):
    return sorted(Opening(day, time(opens), time(closes % 24)) for day in days for opens, closes in times)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mon-Fri 9-18", week(range(5), (9, 18))),
        ("Mo-Fr 9-12, 13-18", week(range(5), (9, 12), (13, 18))),
        ("Mo – Fr: 9:00 bis 12 Uhr und 13.00–18.00 Uhr", week(range(5), (9, 12), (13, 18))),
        (
            "Montag bis Freitag von 9 bis 18 Uhr; Sonnabend 10-14",
            week(range(5), (9, 18)) + week([5], (10, 14)),
        ),
        ("Mon, Wed & Fri 9am-5pm", week([0, 2, 4], (9, 17))),
        ("thurs 1-5 pm", week([3], (13, 17))),
        ("Mon-Fri 9-18, Sat 10-14, Sun closed", week(range(5), (9, 18)) + week([5], (10, 14))),
        ("Sun-Thu 9-17", week([6, 0, 1, 2, 3], (9, 17))),
        ("الأحد-الخميس ٩-١٧", week([6, 0, 1, 2, 3], (9, 17))),
        ("daily 0-24", week(range(7), (0, 24))),
        ("Fri 18-2", week([4], (18, 2))),
        ("Sun 18-2; Mon 2-4", week([6], (18, 2)) + week([0], (2, 4))),
        ("daily 18-24", week(range(7), (18, 24))),
        ("Mon 9-12\nMon 13-18\n", week([0], (9, 12), (13, 18))),
    ],
)
def test_a_week_is_read_in_many_ways(text, meant):
    assert read(text) == sorted(meant)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9-18", "Say on which days"),
        ("Mon-Fri", "Write days and times"),
        ("Mon-Fri 9-5", "end before they begin"),
        ("Mon 9-9", "end before they begin"),
        ("Mon 9-25", "0:00 to 24:00"),
        ("Mon 9:75-18", "0:00 to 24:00"),
        ("Mon 13pm-15pm", "0:00 to 24:00"),
        ("Xyz 9-18", "A day is not known"),
        ("Mon 9-18 perhaps", "Write days and times"),
        ("Mon 9-13, 12-18", "overlap"),
        ("Mon 22-2; Tue 1-3", "overlap"),
        ("Sun 22-2; Mon 1-3", "overlap"),
        ("", "Write days and times"),
    ],
)
def test_what_is_no_week_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        read(text)


def test_each_wrong_line_is_named():
    with pytest.raises(ValidationError) as refused:
        read("Mon 9-18\nXyz 9-18\n9-18")
    assert [said.partition(":")[0] for said in refused.value.messages] == ["Line 2", "Line 3"]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize(
    "text", ["Mon-Fri 9-12, 13-18; Sat 10-14", "Mon, Wed 9-17", "daily 0-24", "Fri 18-2"]
)
def test_what_is_shown_can_be_typed(language, text):
    with override(language):
        assert read(hours_in_words(read(text))) == read(text)
