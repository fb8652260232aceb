"""What the list of bookings can be searched for, whatever the answers' types and names are."""

from datetime import datetime

import pytest

from tests.api.conftest import MARTY, hour


@pytest.fixture
def booking(server, wish):
    """A booking with answers and labels of every type."""
    answers = {
        "size": 42,
        "tour": True,
        "city": "Hill Valley",
        "a__gt": "x",
        "it's": "quoted",
        "1": "one",
        "9" * 30: "nine",
    }
    meta = {"order": "88", "price": 9.5, "paid": False, "nested": {"a": 1}}
    return server.made("/bookings", wish | {"customer": MARTY | answers, "meta": meta})["id"]


@pytest.mark.parametrize(
    "search",
    [
        "customer.size:42",
        "customer.tour:true",
        "customer.city:hill valley",
        "customer.city:*valley",
        "customer.city:HILL*",
        "customer.city:*l v*",
        "customer.a__gt:x",
        "customer.it's:quoted",
        "customer.1:one",
        "customer.999999999999999999999999999999:nine",
        "customer.voip:McFly",
        "meta.order:88",
        "meta.price:9.5",
        "meta.paid:false",
        "meta.order:88;customer.size:42;state:confirmed;completed:false",
    ],
)
def test_these_find_it(server, booking, search):
    assert [row["id"] for row in server.read(f"/bookings?search={search}")] == [booking]


@pytest.mark.parametrize(
    "search",
    [
        "customer.size:4",
        "customer.tour:false",
        "customer.city:valley",
        "customer.city:h_ll valley",
        "customer.a:1",
        "meta.order__gt:1",
        "meta.order:88;customer.size:43",
        "meta.paid:true",
        "completed:true",
        "completed:perhaps",
        "resource.id:1",
    ],
)
def test_these_do_not(server, booking, search):
    assert server.read(f"/bookings?search={search}") == []


@pytest.mark.parametrize(
    "search",
    ["nothing:1", "customer:1", "meta.:1", "customer.a%00:1", 'customer.a":1', "state", "state__name:x"],
)
def test_these_cannot_be_searched_for(server, booking, search):
    response = server.get(f"/bookings?search={search}")
    assert (response.status_code, list(response.json()["errors"])) == (422, ["search"])


def test_a_search_of_more_than_a_hundred_parts_is_refused(server, booking):
    assert len(server.read("/bookings?search=" + "graph:instant;" * 100)) == 1
    for parts in (101, 1100):
        response = server.get("/bookings?search=" + "state:;" * parts)
        assert (response.status_code, list(response.json()["errors"])) == (422, ["search"])


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ({"days": 29}, {"days": 31}, True),
        ({"days": 29}, {"days": 30}, False),
        ({"days": 30, "hours": 1}, None, False),
    ],
)
def test_a_window_is_half_open(server, booking, start, end, found):
    query = f"start={hour(**start)['start']}" + (f"&end={hour(**end)['start']}" if end else "")
    assert bool(server.read(f"/bookings?{query.replace('+', '%2B')}")) is found


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S 0000"])
def test_a_window_may_have_a_space_after_the_day_and_a_plus_that_was_lost(server, booking, written):
    begins, ends = (datetime.fromisoformat(hour(**later)["start"]) for later in ({"days": 29}, {"days": 31}))
    query = f"start={begins.strftime(written)}&end={ends.strftime(written)}"
    assert len(server.read(f"/bookings?{query}")) == 1


def test_an_order_and_a_window_that_make_no_sense_are_named(server):
    for query, field in [
        ("orderBy=name", "orderBy"),
        ("sortedBy=up", "sortedBy"),
        ("start=2027-01-01", "start"),
        ("start=2027-01-02T00:00:00Z&end=2027-01-01T00:00:00Z", "end"),
    ]:
        response = server.get(f"/bookings?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (422, [field])


@pytest.mark.parametrize("by", ["created_at", "updated_at", "start", "end", "state", "graph", "completed"])
def test_every_order_of_the_record_is_known(server, booking, by):
    assert len(server.read(f"/bookings?orderBy={by}&sortedBy=desc")) == 1


@pytest.mark.parametrize(
    "search",
    [
        "customer.name:ÇELİK ÆRØ",
        "customer.name:çelİk ærø",
        "customer.name:çel*",
        "customer.name:*ÆRØ",
        "customer.name:*k æ*",
        "customer.town:ærøskøbing",
        "customer.town:*Ø*",
        "meta.straße:ÄÖ.*",
    ],
)
def test_capital_letters_are_small_ones_in_every_alphabet(server, wish, search):
    person = MARTY | {"name": "Çelİk Ærø", "town": "ÆRØSKØBING"}
    made = server.made("/bookings", wish | {"customer": person, "meta": {"straße": "äö.1"}})
    assert [row["id"] for row in server.read(f"/bookings?search={search}")] == [made["id"]]


def test_no_letter_beyond_ascii_stands_for_another(server, wish):
    server.made("/bookings", wish | {"customer": MARTY | {"name": "Ærø"}})
    for other in ("Æ.ø", "Ær", "rø", "Æro", "Æ*ø"):
        assert server.read(f"/bookings?search=customer.name:{other}") == []


@pytest.mark.parametrize("path", ["/bookings", "/events"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start=", "start"),
        ("end=soon", "end"),
        ("start=2027-01-02T00:00:00Z&end=2027-01-01T00:00:00Z", "end"),
    ],
)
def test_every_window_is_read_alike(server, path, query, field):
    response = server.get(f"{path}?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (422, [field])
