"""The list of bookings: searched, ordered and turned page by page."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.conftest import EXAMPLE, MARTY, hour


@pytest.fixture
def three(server, doc):
    """The ids of three bookings on days 1, 2 and 3 from now, of three customers, in different states."""
    names = ["Marty McFly", "Jennifer Parker", "Lorraine McFly"]
    ids = []
    for number, name in enumerate(names, 1):
        person = MARTY | {
            "name": name,
            "email": f"{name.split()[0].lower()}@example.com",
            "shoe_size": 40 + number,
        }
        wish = EXAMPLE | {
            "resource_id": doc,
            "graph": "instant",
            "customer": person,
            "meta": {"order": str(number)},
        }
        ids.append(server.made("/bookings", wish | hour(days=number))["id"])
    server.put(f"/bookings/{ids[2]}/cancel")
    return ids


def found(server, query):
    """Return the ids on the page that the query asks for."""
    return [row["id"] for row in server.read(f"/bookings?{query}")]


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("graph:instant", {0, 1, 2}),
        ("graph:confirm_decline", set()),
        ("state:confirmed", {0, 1}),
        ("state:cancelled", {2}),
        ("completed:true", {2}),
        ("completed:false", {0, 1}),
        ("customer.name:Marty McFly", {0}),
        ("customer.name:marty mcfly", {0}),
        ("customer.name:*mcfly", {0, 2}),
        ("customer.name:jen*", {1}),
        ("customer.name:*r*", {0, 1, 2}),
        ("customer.email:jennifer@example.com", {1}),
        ("customer.shoe_size:42", {1}),
        ("meta.order:3", {2}),
        ("state:confirmed;customer.name:*mcfly", {0}),
        ("customer.name:%25", set()),
        ("customer.name:Marty_McFly", set()),
    ],
)
def test_a_search_finds_what_it_names(server, three, search, numbers):
    assert set(found(server, f"search={search}")) == {three[number] for number in numbers}


def test_resources_projects_and_calendars_are_searched_by_id(server, three, doc, jules, consultation):
    calendar = server.read(f"/resources/{doc}?include=calendars")["calendars"][0]["id"]
    assert set(found(server, f"search=resource.id:{doc}")) == set(three)
    assert found(server, f"search=resource.id:{jules}") == []
    assert found(server, f"search=project.id:{consultation.pk}") == []
    assert set(found(server, f"search=calendar.id:{calendar}")) in (set(three), set())


def test_a_window_finds_what_happens_in_it(server, three):
    start, end = hour(days=2)["start"], hour(days=2)["end"]
    plus = str.maketrans({"+": "%2B"})
    assert found(server, f"start={start}&end={end}".translate(plus)) == [three[1]]


@pytest.mark.parametrize("by", ["orderBy=start&sortedBy=asc", "orderBy=created_at&sortedBy=asc"])
def test_rows_come_in_the_order_asked_for(server, three, by):
    assert found(server, by) == three
    assert found(server, by.replace("asc", "desc")) == three[::-1]


def test_pages_turn_forth_and_back(server, three):
    first = server.get("/bookings?limit=2&search=graph:instant&orderBy=start&sortedBy=asc").json()
    assert [row["id"] for row in first["data"]] == three[:2]
    told = {key: first[key] for key in ("total", "current_page", "last_page", "from", "to", "prev_page_url")}
    assert told == {"total": 3, "current_page": 1, "last_page": 2, "from": 1, "to": 2, "prev_page_url": None}
    assert int(first["per_page"]) == 2
    onward = urlsplit(first["next_page_url"])
    assert onward.scheme.startswith("http")
    assert parse_qs(onward.query)["search"] == ["graph:instant"]
    second = server.get(f"{onward.path.removeprefix('/v2')}?{onward.query}").json()
    assert [row["id"] for row in second["data"]] == three[2:]
    assert (second["next_page_url"], second["from"], second["to"]) == (None, 3, 3)
    assert "page=1" in second["prev_page_url"]


def test_a_page_beyond_the_end_is_empty(server, three):
    body = server.get("/bookings?page=9&limit=2").json()
    assert (body["data"], body["total"], body["next_page_url"]) == ([], 3, None)


def test_no_page_holds_more_than_a_thousand(server, three):
    assert int(server.get("/bookings").json()["per_page"]) == 1000
    assert int(server.get("/bookings?limit=5000").json()["per_page"]) <= 1000


EVERYTHING = (
    "attributes,event_info,event,provider_event,customers,user,user.calendars.events,resource,resource.calendars,"
    "resource.calendars.events,calendar,calendar.events,project,project.resources,meta,available_actions,"
    "customer_action_links,owner_booking,bulked_bookings,logs,continues,continued_by,series,terms,meeting_url"
)


def test_every_include_costs_the_same_number_of_queries_for_a_thousand_rows(
    server, three, doc, settings, django_assert_max_num_queries, django_assert_num_queries
):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # the count is written once a second, between any two
    path = f"/bookings?include={EVERYTHING}"
    server.read(path)
    with django_assert_max_num_queries(40) as few:
        server.read(path)
    used = len(few)
    wish = EXAMPLE | {"resource_id": doc, "graph": "instant", "customer": MARTY}
    for days in (range(10, 510), range(510, 1010)):
        server.made("/bookings/bulk", {"bookings": [wish | hour(days=day) for day in days]})
    with django_assert_num_queries(used):
        assert len(server.read(path)) == 1000


def test_a_deleted_booking_is_in_no_list(server, three):
    assert server.delete(f"/bookings/{three[2]}").status_code == 204
    assert set(found(server, "")) == set(three[:2])
