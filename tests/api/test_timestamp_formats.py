"""Times as a caller's own format writes them, going in and coming out."""

from datetime import UTC, datetime

import pytest

from bookings.api.responses.webhooks import webhook_payload
from bookings.models import Booking, Reservation
from tests.api.conftest import EXAMPLE, SLOT

START, END = (datetime.fromisoformat(SLOT[name]) for name in ("start", "end"))
GERMAN = "d.m.Y H:i"


def written(moment, form="%d.%m.%Y %H:%M"):
    return moment.strftime(form)


def booking(doc, **changed):
    return EXAMPLE | {"resource_id": str(doc), "graph": "instant"} | SLOT | changed


def test_a_booking_is_made_and_told_in_formats_of_its_own(server, doc):
    body = booking(doc, start=written(START), end=written(END))
    formats = {"Timekit_InputTimestampFormat": GERMAN, "Timekit_OutputTimestampFormat": "U"}
    made = server.post("/bookings?include=event", body, **formats)
    assert made.status_code == 201
    row = Booking.objects.get()
    assert (row.start, row.end) == (START, END)
    told = made.json()["data"]
    assert told["created_at"] == str(int(row.created_at.timestamp()))
    assert told["event"]["start"] == str(int(START.timestamp()))


@pytest.mark.parametrize("place", ["Timekit_OutputTimestampFormat", "OutputTimestampFormat"])
def test_the_header_is_known_by_both_names_and_the_query_too(server, doc, place):
    usual = server.get(f"/resources/{doc}").json()["data"]["created_at"]
    told = server.get(f"/resources/{doc}", **{place: "Y"}).json()["data"]["created_at"]
    assert told == usual[:4]
    asked = server.get(f"/resources/{doc}?OutputTimestampFormat=Y").json()["data"]["created_at"]
    assert asked == usual[:4]


def test_times_without_a_zone_are_on_the_clocks_of_the_zone_that_is_named(server, doc):
    format_and_zone = {"Timekit_InputTimestampFormat": GERMAN, "Timekit_Timezone": "Asia/Tokyo"}
    sent = {"start": "12.08.2027 10:00", "end": "12.08.2027 11:00"}
    assert server.post("/bookings", booking(doc, **sent), **format_and_zone).status_code == 201
    assert Booking.objects.get().start == datetime(2027, 8, 12, 1, tzinfo=UTC)


def test_the_next_call_is_read_as_usual_again(server, doc):
    server.post("/bookings", booking(doc), Timekit_InputTimestampFormat="U")
    assert server.post("/bookings", booking(doc)).status_code == 201
    assert server.post("/bookings", booking(doc, start="1818064800")).status_code == 422


def test_a_time_that_is_none_of_its_format_is_wrong_on_its_field_and_nothing_is_written(server, doc):
    body = booking(doc, start="<b>tomorrow</b>", end=written(END))
    refused = server.post("/bookings", body, Timekit_InputTimestampFormat=GERMAN)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["start"])
    assert "Timekit-InputTimestampFormat" in refused.json()["errors"]["start"][0]
    assert "<b>" not in refused.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("Timekit-InputTimestampFormat", "Y-m-d"),
        ("Timekit-InputTimestampFormat", "Y<b>"),
        ("Timekit-InputTimestampFormat", "Y" * 101),
        ("Timekit-OutputTimestampFormat", "Y" * 101),
        ("InputTimestampFormat", "N<b>"),
    ],
)
def test_a_format_that_cannot_be_used_is_wrong_on_its_header_before_anything_is_done(
    server, doc, header, form
):
    refused = server.post("/bookings", booking(doc), **{header.replace("-", "_"): form})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [header])
    assert form not in refused.content.decode()
    assert not Booking.objects.exists()


def test_a_search_is_asked_and_answered_in_formats_of_its_own(server, doc):
    usual = {"resources": [str(doc)], "length": "1 hour", "from": SLOT["start"], "to": SLOT["end"]}
    free = server.post("/availability", usual).json()["data"]
    asked = usual | {"from": written(START), "to": written(END)}
    formats = {"Timekit_InputTimestampFormat": GERMAN, "Timekit_OutputTimestampFormat": GERMAN}
    own = server.post("/availability", asked, **formats).json()["data"]
    assert free
    assert [slot["start"] for slot in own] == [
        written(datetime.fromisoformat(slot["start"])) for slot in free
    ]
    words = server.post("/availability", usual | {"from": "2 days", "to": "3 days"}, **formats)
    assert words.status_code == 200
    refused = server.post("/availability", usual | {"from": "nonsense"}, **formats).json()["errors"]
    assert "Timekit-InputTimestampFormat" in refused["from"][0]


def test_a_list_is_narrowed_by_times_of_the_format(server, doc):
    server.post("/bookings", booking(doc))
    asked = f"/bookings?start={int(START.timestamp())}&end={int(END.timestamp())}"
    told = server.get(asked, Timekit_InputTimestampFormat="U", Timekit_OutputTimestampFormat="U").json()
    assert [row["created_at"].isdecimal() for row in told["data"]] == [True]
    later = f"/bookings?start={int(END.timestamp())}"
    assert server.get(later, Timekit_InputTimestampFormat="U").json()["data"] == []
    assert server.get(asked).status_code == 422


def test_a_hold_and_a_move_are_read_by_the_format(server, doc):
    held = server.post(
        "/bookings/reserve",
        {"resource_id": str(doc), "start": written(START), "end": written(END)},
        Timekit_InputTimestampFormat=GERMAN,
    )
    assert held.status_code == 201
    assert Reservation.objects.get().start == START


def test_the_same_text_by_another_format_or_on_other_clocks_is_another_request(server, doc):
    body = booking(doc, start="01.02.2027 10:00", end="01.02.2027 11:00")
    once = {"Idempotency_Key": "one", "Timekit_InputTimestampFormat": GERMAN}
    assert server.post("/bookings", body, **once).status_code == 201
    assert server.post("/bookings", body, **once).headers["Idempotent-Replayed"] == "true"
    for other in ({"Timekit_InputTimestampFormat": "m.d.Y H:i"}, {"Timekit_Timezone": "Asia/Tokyo"}):
        refused = server.post("/bookings", body, **once | other)
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["Idempotency-Key"])
    assert Booking.objects.count() == 1


def test_a_time_that_would_take_long_to_read_is_refused_at_once(server, doc):
    asked = f"/bookings?start=2027-08-12+10:00+a{'-' * 150}!"
    refused = server.get(asked, Timekit_InputTimestampFormat="Y-m-d H:i e")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["start"])


def test_a_webhook_is_told_as_ever(server, doc):
    """Whoever reads it named no format."""
    server.post("/bookings", booking(doc), Timekit_OutputTimestampFormat="U")
    told = webhook_payload(Booking.objects.get())
    assert datetime.fromisoformat(told["created_at"]).utcoffset() is not None
