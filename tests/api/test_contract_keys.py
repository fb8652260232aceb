"""What a public page's key may do, and what a limited key sees."""

import pytest

from bookings.models import Resource
from tests.api.conftest import EXAMPLE, LATER, MARTY, hour, outsider
from tests.situations import a_project, a_server_key, a_widget_key


@pytest.fixture
def visit(consultation, doc, soon):
    """What the widget sends for the project."""
    return {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **soon}


def test_a_page_reads_its_project_and_free_times_and_books(widget, consultation, visit):
    assert widget.get(f"/projects/embed/{consultation.pk}").status_code == 200
    free = widget.post("/availability", {"project_id": str(consultation.pk), "length": "1 hour"})
    assert free.status_code == 200
    assert widget.post("/bookings", visit).status_code == 201
    assert widget.get("/bookings/groups").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/bookings"),
        ("GET", "/resources"),
        ("POST", "/resources"),
        ("POST", "/projects"),
        ("GET", "/calendars"),
        ("GET", "/events"),
        ("GET", "/webhooks"),
        ("GET", "/app"),
        ("POST", "/bookings/bulk"),
        ("PUT", "/bookings/bulk"),
    ],
)
def test_a_page_may_not_look_around(widget, method, path):
    response = widget.call(method, path, {} if method != "GET" else None)
    assert response.status_code == 403
    assert isinstance(response.json()["error"], str)


def test_a_page_plays_only_what_a_customer_may(widget, visit):
    booking = widget.made("/bookings", visit)
    assert widget.put(f"/bookings/{booking['id']}/cancel").status_code in {403, 409}
    assert widget.put(f"/bookings/{booking['id']}/complete").status_code in {403, 409}
    assert widget.put(f"/bookings/{booking['id']}/cancel_by_customer").status_code == 200


def test_a_page_may_not_delete_or_relabel(widget, visit):
    booking = widget.made("/bookings", visit)
    assert widget.delete(f"/bookings/{booking['id']}").status_code == 403
    assert widget.put(f"/bookings/{booking['id']}", {"meta": {"paid": "yes"}}).status_code == 403


LOOSENING = {
    "settings": {"allow_double_bookings": True},
    "graph": "confirm_decline",
    "invite": True,
    "participants": ["victim@example.com"],
    "my_rsvp": "declined",
    "reminders": [],
    "webhooks": {"0": {"enabled": False}},
}


@pytest.mark.parametrize("field", LOOSENING)
def test_a_page_may_not_loosen_what_its_project_says(widget, server, visit, field):
    response = widget.post("/bookings", visit | {field: LOOSENING[field]})
    assert response.status_code == 403
    named = "allow_double_bookings" if field == "settings" else field
    assert named in str(response.json())
    assert server.get("/bookings").json()["total"] == 0


def test_a_page_may_send_back_what_its_project_says(widget, consultation, visit):
    assert widget.post("/bookings", visit | consultation.booking).status_code == 201


def test_without_a_project_a_page_may_only_choose_the_graph(widget, doc, soon):
    texts = {"what": "Meeting", "where": "TBD", "description": "Name: Marty"}
    wish = {"resource_id": doc, "graph": "instant", "customer": MARTY, **soon, **texts}
    assert widget.post("/bookings", wish | {"settings": {"allow_double_bookings": True}}).status_code == 403
    assert widget.post("/bookings", wish).status_code == 201


def test_a_page_books_only_the_future(widget, visit):
    past = {"start": "2018-08-12T21:30:00-07:00", "end": "2018-08-12T22:15:00-07:00"}
    response = widget.post("/bookings", visit | past)
    assert response.status_code in {409, 422}
    assert response.json()["errors"]["start"]


def test_a_page_sees_customers_only_in_the_answer_to_its_own_booking(widget, visit):
    private = {"customers", "logs", "customer_action_links", "bulked_bookings"}
    wanted = f"include={','.join(private)},event"
    booking = widget.made(f"/bookings?{wanted}", visit)
    assert booking["customers"][0]["email"] == MARTY["email"]
    assert widget.get(f"/bookings/{booking['id']}?{wanted}").status_code == 403
    move = {"resource_id": visit["resource_id"], **hour(days=4)}
    moved = widget.post(f"/bookings/{booking['id']}/reschedule?{wanted}", move).json()["data"]
    cancelled = widget.put(f"/bookings/{moved['id']}/cancel_by_customer?{wanted}").json()["data"]
    assert not (set(moved) | set(cancelled)) & private
    assert MARTY["email"] not in f"{moved} {cancelled}"


def test_a_page_gives_itself_no_leave_to_overlap_when_it_moves_a_booking(widget, visit):
    booking = widget.made("/bookings", visit)
    move = {"resource_id": visit["resource_id"], **hour(days=4)}
    path = f"/bookings/{booking['id']}/reschedule"
    refusal = widget.post(path, move | {"settings": {"allow_double_bookings": True}})
    assert (refusal.status_code, refusal.json()["field"]) == (403, "settings.allow_double_bookings")
    assert widget.post(path, move | {"settings": {"allow_double_bookings": False}}).status_code == 201


def test_a_page_moves_a_booking_whose_id_it_knows(widget, visit):
    booking = widget.made("/bookings", visit)
    free = widget.post("/availability", {"project_id": visit["project_id"], "length": "1 hour"}).json()[
        "data"
    ][-1]
    move = {
        "start": free["start"],
        "end": free["end"],
        "resource_id": visit["resource_id"],
        "message": "Rain",
    }
    response = widget.post(f"/bookings/{booking['id']}/reschedule?include=attributes,event,user", move)
    assert response.status_code in {200, 201}
    assert response.json()["data"]["id"] != booking["id"]
    assert not response.json()["data"].get("customers")


def test_a_session_is_not_a_pages_to_cancel_or_move(widget, server, doc, soon):
    wish = EXAMPLE | {"resource_id": doc, "graph": "group_owner", "settings": {"max_seats": 2}} | soon
    session = server.made("/bookings", wish)
    assert widget.put(f"/bookings/{session['id']}/cancel").status_code in {403, 404, 409}
    later = LATER | {"resource_id": doc}
    assert widget.post(f"/bookings/{session['id']}/reschedule", later).status_code in {403, 404, 409}
    assert server.read(f"/bookings/{session['id']}")["state"] == "tentative"


@pytest.fixture
def limited(consultation, jules):
    """A server key that is limited to one project, beside another project of somebody else."""
    a_project(Resource.objects.get(pk=jules))
    return outsider(a_server_key(consultation)[1])


def test_a_limited_key_sees_its_projects_and_their_resources(limited, consultation, doc):
    assert [row["id"] for row in limited.read("/projects")] == [str(consultation.pk)]
    assert [row["id"] for row in limited.read("/resources")] == [doc]


def test_to_a_limited_key_everything_else_is_missing(limited, server, jules, wish):
    other = server.made("/bookings", wish | {"resource_id": jules})
    assert limited.get(f"/bookings/{other['id']}").status_code == 404
    assert limited.put(f"/bookings/{other['id']}/cancel").status_code == 404
    assert limited.get(f"/resources/{jules}").status_code == 404
    assert limited.read("/bookings") == []
    response = limited.post("/bookings", wish | {"resource_id": jules})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["resource_id"])


def test_a_revoked_key_opens_nothing(db):
    key, value = a_server_key()
    assert outsider(value).get("/bookings").status_code == 200
    key.revoked_at = key.created_at
    key.save()
    assert outsider(value).get("/bookings").status_code == 401


def test_the_keys_user_name_must_be_empty(nobody, db):
    from_base = "Basic ZG9jQGV4YW1wbGUuY29tOnNlY3JldA=="  # doc@example.com:secret
    assert nobody.get("/bookings", Authorization=from_base).status_code == 401


def test_a_limited_page_knows_its_projects_only(consultation, doc, jules, soon):
    page = outsider(a_widget_key(consultation)[1])
    paris = str(a_project(Resource.objects.get(pk=jules)).pk)
    assert page.get(f"/projects/embed/{consultation.pk}").status_code == 200
    assert page.get(f"/projects/embed/{paris}").status_code == 404
    wish = {"project_id": paris, "resource_id": jules, "customer": MARTY, **soon}
    for response in (page.post("/bookings", wish), page.post("/availability", {"project_id": paris})):
        assert response.status_code == 422
        assert "project_id" in response.json()["errors"]


def test_a_project_of_the_staffs_is_no_pages(widget, nobody, consultation, visit):
    consultation.visibility = consultation.Visibility.STAFF
    consultation.save()
    assert widget.get(f"/projects/embed/{consultation.pk}").status_code == 404
    assert nobody.get(f"/projects/hosted/{consultation.slug}").status_code == 404
    response = widget.post("/bookings", visit)
    assert (response.status_code, "project_id" in response.json()["errors"]) == (422, True)


def test_a_hosted_project_tells_no_key_that_cannot_open_it(nobody, consultation, jules):
    a_widget_key(a_project(Resource.objects.get(pk=jules)))
    a_server_key()
    assert nobody.get(f"/projects/hosted/{consultation.slug}").status_code == 404
    value = a_widget_key(consultation)[1]
    assert nobody.get(f"/projects/hosted/{consultation.slug}").json()["data"]["app_key"] == value


def test_a_page_may_not_take_a_resource_into_a_project(widget, visit, jules):
    response = widget.post("/bookings", visit | {"resource_id": jules})
    assert (response.status_code, "resource_id" in response.json()["errors"]) == (422, True)


def test_a_page_takes_only_offered_times(widget, consultation, visit):
    consultation.availability_constraints = [{"block_weekdays": {}}, {"block_weekends": {}}]
    consultation.save()
    response = widget.post("/bookings", visit)
    assert (response.status_code, response.json()["code"]) == (409, "outside_hours")


def test_a_page_is_told_nobodys_address_by_a_session(server, widget, doc, wish):
    del wish["customer"]
    session = wish | {"graph": "group_owner", "settings": {"max_seats": 3}, "participants": [MARTY["email"]]}
    owner = server.made("/bookings?include=event_info", session)
    assert owner["event_info"]["participants"] == [MARTY["email"]]
    path = "/bookings/groups?include=attributes,event_info"
    for told in (widget.read(path), widget.read(path.replace("groups", f"groups/{owner['id']}"))):
        assert MARTY["email"] not in str(told)
    seat = {"graph": "group_customer", "related": {"owner_booking_id": owner["id"]}}
    seat |= {"customer": {"name": "Biff Tannen", "email": "biff@example.com"}}
    made = widget.made("/bookings?include=owner_booking.event_info,customers", seat)
    assert "biff@example.com" in str(made)
    assert MARTY["email"] not in str(made)
