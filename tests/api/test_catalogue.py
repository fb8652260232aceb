"""Resources, projects, calendars, events and webhooks as a server keeps them through the API."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from bookings.models import Occupancy, Project, Resource
from tests.api.conftest import LATER, NOTHING, THIS_HOUR, hour, outsider
from tests.situations import a_booking, a_server_key

MORNINGS = [{"allow_hours": {"start": 9, "end": 12}}]


@pytest.fixture
def marty(server):
    return server.made("/resources", {"name": "Marty McFly", "timezone": "America/Los_Angeles"})


def test_a_resource_is_made_with_its_calendar(server):
    wish = {
        "name": "Einstein",
        "timezone": "Europe/Berlin",
        "password": "secret",
        "image": "https://a.example/b",
    }
    made = server.made("/resources?include=calendars", wish)
    assert (made["name"], made["timezone"], made["image"]) == ("Einstein", "Europe/Berlin", None)
    assert [(one["name"], one["primary"]) for one in made["calendars"]] == [("Bookings", True)]


def test_a_resource_tells_nothing_of_logins(server, marty):
    told = server.read(f"/resources/{marty['id']}")
    assert not {"api_token", "password", "email_verified", "explicit_consent", "conference_type"} & set(told)


def test_two_resources_of_one_name_have_addresses_of_their_own(server, marty):
    server.made("/resources", {"name": "Marty McFly", "timezone": "UTC"})
    assert Resource.objects.values("slug").distinct().count() == 2


def test_an_address_belongs_to_one_resource(server, marty):
    server.put(f"/resources/{marty['id']}", {"email": "marty@example.com"})
    again = server.post("/resources", {"name": "Other", "timezone": "UTC", "email": "MARTY@example.com"})
    assert (again.status_code, list(again.json()["errors"])) == (422, ["email"])
    changed = server.put(f"/resources/{marty['id']}?include=", {"email": "mcfly@example.com"})
    assert changed.json()["data"]["email"] == "mcfly@example.com"


def test_everything_wrong_with_a_resource_is_told_at_once(server):
    wrong = {"timezone": "Mars/Olympus", "email": "no address", "tags": "a", "meta": ["a"], "first_name": 7}
    response = server.post(
        "/resources", wrong | {"availability_constraints": [{"allow_day": {"day": "Noday"}}]}
    )
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {
        "name",
        "timezone",
        "email",
        "tags",
        "meta",
        "first_name",
        "availability_constraints.0.allow_day.day",
    }


def test_the_rules_of_a_resource_come_back_as_they_were_sent(server, marty):
    server.put(f"/resources/{marty['id']}", {"availability_constraints": MORNINGS})
    told = server.read(f"/resources/{marty['id']}?include=availability_constraints")
    assert told["availability_constraints"] == MORNINGS


def test_meta_of_a_resource_merges_by_key(server, marty):
    server.put(f"/resources/{marty['id']}", {"meta": {"a": {"x": 1}, "b": 2}})
    changed = server.put(f"/resources/{marty['id']}?include=", {"meta": {"a": {"y": 2}}}).json()["data"]
    assert changed["meta"] == {"a": {"x": 1, "y": 2}, "b": 2}


def test_a_resources_own_link_is_set_told_and_taken_away_by_the_api(server, marty):
    path, link = f"/resources/{marty['id']}?include=meeting_url", "https://meet.example.org/marty"
    assert "meeting_url" not in server.read(f"/resources/{marty['id']}")
    assert server.read(path)["meeting_url"] is None
    assert server.put(path, {"meeting_url": link}).json()["data"]["meeting_url"] == link
    assert server.read(path)["meeting_url"] == link
    for wrong in (
        "http://meet.example.org/x",
        "javascript:alert(1)",
        "https://u:p@x.example.org",
        "https://a b",
        7,
    ):
        refused = server.put(path, {"meeting_url": wrong, "timezone": "Mars"})
        assert (refused.status_code, set(refused.json()["errors"])) == (422, {"meeting_url", "timezone"})
        assert str(wrong) not in refused.content.decode().replace("https://.", "")
    assert server.read(path)["meeting_url"] == link
    assert server.put(path, {"meeting_url": None}).json()["data"]["meeting_url"] is None
    made = server.made(
        "/resources?include=meeting_url", {"name": "E", "timezone": "UTC", "meeting_url": link}
    )
    assert made["meeting_url"] == link


def test_a_deleted_resource_keeps_its_bookings(server, doc, wish):
    booking = server.made("/bookings", wish)
    assert server.delete(f"/resources/{doc}").status_code == 204
    assert server.get(f"/resources/{doc}").status_code == 404
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"
    assert server.post("/bookings", wish | LATER).status_code == 422


def test_a_zone_is_found_by_its_resources_address(server, marty):
    server.put(f"/resources/{marty['id']}", {"email": "marty@example.com"})
    told = server.read("/resources/timezone/marty@example.com")
    assert (told["timezone"], told["utc_offset"] in {-480, -420}) == ("America/Los_Angeles", True)
    assert server.get("/resources/timezone/nobody@example.com").status_code == 404


def test_a_search_for_something_unknown_is_refused(server, marty):
    response = server.get("/resources?search=shoe_size:9")
    assert (response.status_code, list(response.json()["errors"])) == (422, ["search"])


@pytest.mark.parametrize("search", ["name:marty*", "name:*MCFLY", "timezone:america/los_angeles"])
def test_resources_are_searched(server, doc, marty, search):
    found = {row["id"] for row in server.read(f"/resources?search={search}")}
    assert marty["id"] in found


def test_a_project_needs_only_a_name(server):
    made = server.made("/projects", {"name": "Time travel"})
    assert (made["slug"], made["resources"], made["booking"]) == ("time-travel", [], {})
    assert list(server.post("/projects", {}).json()["errors"]) == ["name"]


def test_a_project_keeps_the_order_of_its_resources(server, doc, marty):
    made = server.made("/projects", {"name": "Duel", "resources": [marty["id"], doc]})
    assert made["resources"] == [marty["id"], doc]
    whole = server.read(f"/projects/{made['id']}?include=resources")
    assert [row["name"] for row in whole["resources"]] == ["Marty McFly", "Doc"]


def test_a_project_tells_nothing_of_conferences_and_distances(server):
    more = {
        "allow_conference": 1,
        "use_hours_from": "project",
        "latitude": 1.5,
        "longitude": 2,
        "distance": 3,
    }
    made = server.made("/projects", {"name": "Time travel"} | more)
    assert not set(more) & set(made)


def test_everything_wrong_with_a_project_is_told_at_once(server):
    wrong = {
        "name": "x" * 300,
        "slug": "no slug!",
        "resources": [NOTHING],
        "availability": {"length": "an hour or so", "mode": "chaos", "ignore_all_day_events": "yes"},
        "booking": {"graph": "no_such_graph", "what": 7, "settings": []},
        "availability_constraints": [{}],
        "customer_fields": {"name": "Name"},
        "ui": {"localization": []},
        "reservation_time": "soon",
        "reminders": [{"when": {"unit": "years", "time": 1}}],
    }
    response = server.post("/projects", wrong)
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {
        "name",
        "slug",
        "resources",
        "availability.length",
        "availability.mode",
        "availability.ignore_all_day_events",
        "booking.graph",
        "booking.what",
        "booking.settings",
        "availability_constraints.0",
        "customer_fields.name",
        "ui.localization",
        "reservation_time",
        "reminders.0.when.unit",
    }
    assert not Project.objects.exists()


def test_a_projects_objects_merge_and_its_lists_replace(server, consultation):
    path = f"/projects/{consultation.pk}"
    server.put(path, {"booking": {"what": "Advice"}, "availability_constraints": MORNINGS})
    changed = server.put(f"{path}?include=", {"availability_constraints": []}).json()["data"]
    assert (changed["booking"]["what"], changed["booking"]["where"]) == ("Advice", "Garage")
    assert changed["availability_constraints"] == []


def test_a_projects_reservation_time_is_a_text(server, consultation):
    path = f"/projects/{consultation.pk}"
    assert server.read(path)["reservation_time"] == "30"
    assert server.put(f"{path}?include=", {"reservation_time": 90}).json()["data"]["reservation_time"] == "90"
    assert (
        server.put(f"{path}?include=", {"reservation_time": "120"}).json()["data"]["reservation_time"]
        == "120"
    )


def test_a_project_may_allow_doubling(server, consultation, wish):
    path = f"/projects/{consultation.pk}"
    changed = server.put(f"{path}?include=", {"allow_double_bookings": True}).json()["data"]
    assert changed["allow_double_bookings"] is True
    wish = wish | {"project_id": str(consultation.pk)}
    assert [server.post("/bookings", wish).status_code for _time in range(2)] == [201, 201]


def test_a_deleted_project_is_gone(server, consultation):
    assert server.delete(f"/projects/{consultation.pk}").status_code == 204
    assert server.get(f"/projects/{consultation.pk}").status_code == 404
    assert server.read("/projects") == []


def test_projects_are_found_at_no_location(server, consultation):
    assert server.read(f"/projects?search=locations.uuid:{NOTHING};services.uuid:{NOTHING}") == []


def test_the_resources_of_a_project_are_replaced_by_a_bare_list(server, consultation, doc, marty):
    path = f"/projects/{consultation.pk}/resources"
    told = server.put(path, [marty["id"], {"id": doc}]).json()["data"]
    assert told == [marty["id"], doc]
    refused = server.put(path, [doc, NOTHING, 7])
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["2"])
    assert list(server.put(path, [doc, NOTHING]).json()["errors"]) == ["1"]
    assert server.put(path, {"resources": [doc]}).status_code == 400
    assert server.read(path) == [marty["id"], doc]
    whole = server.read(f"{path}?include=resources")
    assert [row["id"] for row in whole] == [marty["id"], doc]


def test_a_resource_joins_a_project_at_its_end(server, consultation, doc, marty):
    path = f"/projects/{consultation.pk}/resources"
    for _twice in range(2):
        assert server.made(path, {"resource_id": marty["id"]}) == [doc, marty["id"]]
    assert server.post(path, {"resource_id": NOTHING}).status_code == 422
    assert server.post(path, {}).status_code == 422


def test_a_resource_joins_with_a_weight_that_can_be_sent_again(server, consultation, doc, marty):
    path = f"/projects/{consultation.pk}/resources"
    for weight in (3, 2):
        server.made(path, {"resource_id": marty["id"], "weight": weight})
        assert consultation.links.get(resource=marty["id"]).weight == weight
    server.made(path, {"resource_id": marty["id"]})
    weights = dict(consultation.links.order_by("position").values_list("resource__name", "weight"))
    assert list(weights.values()) == [1, 2]
    server.put(path, [marty["id"], doc])
    assert consultation.links.get(resource=marty["id"]).weight == 2


def test_the_weight_of_a_resource_is_told_where_it_stands_in_its_project(server, consultation, doc, marty):
    path = f"/projects/{consultation.pk}/resources?include=resources"
    told = server.made(path, {"resource_id": marty["id"], "weight": 3})
    assert [(row["id"], row["weight"]) for row in told] == [(doc, 1), (marty["id"], 3)]
    assert server.read(path) == told
    assert server.put(path, [marty["id"]]).json()["data"] == told[1:]
    assert "weight" not in server.read(f"/resources/{marty['id']}")


def test_no_page_is_told_how_a_project_shares_its_bookings(server, widget, consultation):
    slug = consultation.slug
    told = widget.get(f"/projects/hosted/{slug}?include=resources").json()["data"]
    assert all("weight" not in row for row in told["resources"])


@pytest.mark.parametrize("weight", [0, 101, -1, 1.5, True, "2", [], 10**30])
def test_a_weight_that_is_none_is_refused_beside_all_else(server, consultation, weight):
    answer = server.post(f"/projects/{consultation.pk}/resources", {"weight": weight})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"weight", "resource_id"}


def test_a_project_is_balanced_and_a_search_names_who_has_least(server, consultation, doc, marty):
    server.made(f"/projects/{consultation.pk}/resources", {"resource_id": marty["id"]})
    path = f"/projects/{consultation.pk}"
    assert server.put(path, {"availability": {"mode": "balanced"}}).status_code == 204
    ten = THIS_HOUR.replace(hour=18) + timedelta(days=7)  # or eleven, where both are
    window = {"from": ten.isoformat(), "to": (ten + timedelta(hours=2)).isoformat()}
    asked = {"project_id": str(consultation.pk)} | window

    def named():
        slots = server.post("/availability", asked).json()["data"]
        return {one["id"] for slot in slots for one in slot["resources"]}

    assert named() == {doc}
    a_booking(Resource.objects.get(pk=doc), ten + timedelta(hours=2))
    assert named() == {marty["id"]}
    refused = server.put(path, {"availability": {"mode": "fair"}})
    assert refused.status_code == 422
    assert "balanced" in str(refused.json()["errors"]["availability.mode"])


def test_a_resource_leaves_a_project(server, consultation, doc):
    path = f"/projects/{consultation.pk}/resources"
    assert server.delete(f"{path}/{doc}").status_code == 204
    assert server.read(path) == []
    assert server.delete(f"{path}/{doc}").status_code == 404


def test_what_a_project_says_of_a_resource_survives_a_replacement(server, consultation, doc, marty):
    consultation.links.update(booking={"where": "Lab"})
    server.put(f"/projects/{consultation.pk}/resources", [marty["id"], doc])
    assert consultation.links.get(resource=doc).booking == {"where": "Lab"}


def test_a_hosted_project_needs_no_key_and_brings_one(nobody, widget, consultation, doc):
    told = nobody.read(f"/projects/hosted/{consultation.slug}")
    assert (told["id"], told["app_key"], told["resources"]) == (str(consultation.pk), widget.key, [doc])


def test_a_hosted_project_without_a_key_to_bring_is_missing(nobody, consultation):
    assert nobody.get(f"/projects/hosted/{consultation.slug}").status_code == 404


def test_a_project_for_staff_is_no_pages_business(nobody, widget, server, consultation):
    Project.objects.update(visibility=Project.Visibility.STAFF)
    assert nobody.get(f"/projects/hosted/{consultation.slug}").status_code == 404
    assert widget.get(f"/projects/embed/{consultation.pk}").status_code == 404
    assert server.get(f"/projects/embed/{consultation.pk}").status_code == 200


def test_where_a_project_says_nothing_of_it_it_tells_how_long_times_are_held(server, consultation):
    path = f"/projects/{consultation.pk}"
    server.put(path, {"booking": {"reservation_time": None}})
    assert server.read(path)["reservation_time"] == "30"


def test_where_a_project_names_no_graph_the_widget_says_that_it_is_booked(widget, consultation, settings):
    settings.MAIL_IS_SET_UP = True
    Project.objects.update(booking={"what": "Advice", "where": "Garage"})
    told = widget.read(f"/projects/embed/{consultation.pk}")
    assert told["ui"]["localization"]["success_message"] == "Booked. A confirmation goes to %s."


def test_an_embedded_project_brings_what_the_widget_cannot_do_without(widget, consultation):
    told = widget.read(f"/projects/embed/{consultation.pk}")
    assert "%s" in told["ui"]["localization"]["success_message"]
    assert told["ui"]["time_date_format"] in {"12h-mdy-sun", "24h-dmy-mon"}
    assert told["ui"]["availability_view"] in {"agendaWeek", "listing"}
    assert {"name", "email"} <= set(told["customer_fields"])
    assert (told["booking"]["graph"], told["availability"]["length"]) == ("instant", "60 minutes")


@pytest.mark.parametrize("mails", [True, False])
@pytest.mark.parametrize(
    ("graph", "word"),
    [
        ("instant", "Booked"),
        ("group_customer", "Booked"),
        ("confirm_decline", "Request"),
        ("request", "Request"),
        ("instant_payment", "paid"),
        ("group_customer_payment", "paid"),
    ],
)
def test_the_widget_says_no_more_than_what_was_done(widget, consultation, settings, graph, word, mails):
    settings.MAIL_IS_SET_UP = mails
    Project.objects.update(booking={"graph": graph})
    said = widget.read(f"/projects/embed/{consultation.pk}")["ui"]["localization"]["success_message"]
    assert word in said
    assert "%s" in said
    assert ("goes to" in said) is (mails and word != "paid")


def test_a_public_project_names_no_address_of_people_or_reminders(nobody, widget, consultation):
    call = {"type": "webhook", "settings": {"url": "https://example.com/secret"}}
    layer = {"graph": "instant", "reminders": [call], "participants": ["secret@example.com"]}
    Project.objects.update(
        reminders=[call], booking=layer | {"event": {"participants": ["secret@example.com"]}}
    )
    for answer in (
        nobody.get(f"/projects/hosted/{consultation.slug}"),
        widget.get(f"/projects/embed/{consultation.pk}"),
    ):
        assert answer.json()["data"]["booking"] == {"graph": "instant", "event": {}}
        assert "secret" not in answer.content.decode()


def test_what_a_project_sets_wins_over_what_the_widget_needs(server, widget, consultation):
    mine = {"ui": {"localization": {"success_message": "Bye"}}, "availability": {"length": "45 minutes"}}
    server.put(f"/projects/{consultation.pk}", mine | {"customer_fields": {"phone": {"title": "Yours"}}})
    told = widget.read(f"/projects/embed/{consultation.pk}")
    assert (told["ui"]["localization"]["success_message"], told["availability"]["length"]) == (
        "Bye",
        "45 minutes",
    )
    assert list(told["customer_fields"]) == ["phone"]


def test_questions_without_a_title_are_called_as_on_the_page(widget, consultation):
    asked = {
        "comment": {"title": "Why?"},
        "phone": {"format": "tel"},
        "name": {"title": "You"},
        "email": {},
        "x": {},
    }
    Project.objects.update(customer_fields=asked)
    told = widget.get(f"/projects/embed/{consultation.pk}", **{"Accept-Language": "de"}).json()["data"]
    assert told["customer_fields"] == asked | {
        "phone": {"title": "Telefon", "format": "tel"},
        "email": {"title": "E-Mail"},
    }
    assert next(iter(told["customer_fields"])) == "comment"


def test_a_limited_key_makes_nothing_that_it_would_not_see(consultation):
    limited = outsider(a_server_key(consultation)[1])
    for path, wish in [
        ("/resources", {"name": "A", "timezone": "UTC"}),
        ("/projects", {"name": "A"}),
        ("/webhooks", {"url": "https://example.com/"}),
    ]:
        assert limited.post(path, wish).status_code == 403
    assert limited.get("/webhooks").status_code == 403
    assert limited.read("/app")["webhook_secret"] is None


def test_a_limited_key_changes_nothing_that_other_projects_have(consultation, doc, server):
    limited = outsider(a_server_key(consultation)[1])
    other = server.made("/projects", {"name": "Other", "resources": [doc]})["id"]
    name = server.read(f"/resources/{doc}")["name"]
    assert limited.put(f"/resources/{doc}", {"name": "Mine"}).status_code == 403
    assert limited.delete(f"/resources/{doc}").status_code == 403
    assert server.read(f"/resources/{doc}")["name"] == name
    server.delete(f"/projects/{other}")
    assert limited.put(f"/resources/{doc}", {"name": "Mine"}).status_code == 204
    assert limited.delete(f"/resources/{doc}").status_code == 204


def test_a_limited_key_puts_no_stranger_into_its_project(consultation, jules):
    limited = outsider(a_server_key(consultation)[1])
    assert limited.post(f"/projects/{consultation.pk}/resources", {"resource_id": jules}).status_code == 422


def test_a_list_of_thousands_of_resources_is_refused(server, consultation, doc):
    many = [doc] * 1001
    assert server.put(f"/projects/{consultation.pk}/resources", many).status_code == 422
    assert list(server.post("/availability", {"resources": many}).json()["errors"]) == ["resources"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_projects_of_one_name_made_at_once_are_made_or_told_to_try_again(database_url):
    door, together, codes = outsider(a_server_key()[1]), Barrier(6), []

    def make():
        together.wait()
        codes.append(door.post("/projects", {"name": "Same"}).status_code)
        connection.close()

    threads = [Thread(target=make) for _one in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {201, 409}
    assert Project.objects.count() == codes.count(201) >= 1


def test_the_primary_calendar_stays(server, doc):
    primary = server.read("/calendars")[0]
    assert server.delete(f"/calendars/{primary['id']}").status_code == 409
    assert server.put(f"/calendars/{primary['id']}", {"primary": False}).status_code == 422
    other = server.made("/calendars", {"resource_id": doc, "name": "New", "primary": True})
    assert other["primary"] is True
    assert server.read(f"/calendars/{primary['id']}")["primary"] is False
    assert server.delete(f"/calendars/{primary['id']}").status_code == 204


def test_a_calendar_that_counts_no_more_frees_its_time(server, doc, wish):
    calendar = server.read("/calendars")[0]["id"]
    server.made("/events", {"calendar_id": calendar, "what": "Away"} | hour(days=30))
    assert server.post("/bookings", wish).status_code == 409
    server.put(f"/calendars/{calendar}", {"provider_sync": False})
    assert server.post("/bookings", wish).status_code == 201


def test_a_deleted_calendar_takes_its_events_along(server, doc):
    other = server.made("/calendars", {"resource_id": doc, "name": "New"})["id"]
    server.made("/events", {"calendar_id": other, "what": "Away"} | hour(days=30))
    assert Occupancy.objects.exists()
    assert server.delete(f"/calendars/{other}").status_code == 204
    assert not Occupancy.objects.exists()


def test_an_event_needs_a_calendar_or_a_resource(server, doc, jules):
    wish = {"what": "Away"} | hour(days=30)
    assert list(server.post("/events", wish).json()["errors"]) == ["calendar_id"]
    made = server.made("/events", wish | {"resource_id": doc})
    assert made["calendar_id"] == server.read("/calendars?search=resource.id:" + doc)[0]["id"]
    both = wish | {"resource_id": jules, "calendar_id": made["calendar_id"]}
    assert list(server.post("/events", both).json()["errors"]) == ["calendar_id"]


def test_everything_wrong_with_an_event_is_told_at_once(server, doc):
    wrong = {"resource_id": doc, "start": "2027-01-01T10:00:00", "participants": ["x"], "my_rsvp": "maybe"}
    response = server.post("/events", wrong | {"all_day": "yes"})
    assert set(response.json()["errors"]) == {"start", "end", "what", "participants.0", "my_rsvp", "all_day"}
    backwards = {"resource_id": doc, "what": "A", "start": LATER["end"], "end": LATER["start"]}
    assert list(server.post("/events", backwards).json()["errors"]) == ["end"]


def test_an_event_keeps_strict_newcomers_out_until_it_moves(server, doc, wish):
    event = server.made("/events", {"resource_id": doc, "what": "Away"} | hour(days=30))
    assert server.post("/bookings", wish).status_code == 409
    server.put(f"/events/{event['id']}", LATER)
    assert server.post("/bookings", wish).status_code == 201


def test_an_event_never_asks_whether_the_time_is_free(server, doc, wish):
    server.made("/bookings", wish)
    assert server.post("/events", {"resource_id": doc, "what": "Away"} | hour(days=30)).status_code == 201


def test_events_are_found_by_a_window(server, doc):
    event = server.made("/events", {"resource_id": doc, "what": "Away"} | hour(days=30))
    times = {name: value.replace("+", "%2B") for name, value in hour(days=30).items()}
    assert [row["id"] for row in server.read("/events?start={start}&end={end}".format(**times))] == [
        event["id"]
    ]
    assert server.read(f"/events?start={times['end']}") == []
    assert set(server.get("/events?start=soon&end=7").json()["errors"]) == {"start", "end"}


@pytest.mark.parametrize(
    "url", ["http://[", "https://[::1", "https://\u2100.example/", "//x", "x", "https://"]
)
def test_what_is_no_address_is_no_webhooks_address(server, url):
    assert set(server.post("/webhooks", {"url": url}).json()["errors"]) == {"url"}


def test_a_webhook_names_a_graph_and_a_state_that_exist(server):
    wrong = {"url": "ftp://example.com/", "graph": "no_such", "state": "no_such", "method": "patch"}
    assert set(server.post("/webhooks", wrong).json()["errors"]) == {"url", "graph", "state", "method"}
    right = {"url": "https://example.com/", "graph": "instant", "state": "confirmed"}
    made = server.made("/webhooks", right)
    assert (made["method"], made["enabled"]) == ("post", True)
    assert server.put(f"/webhooks/{made['id']}", {"enabled": False}).json()["data"]["enabled"] is False
    assert server.put(f"/webhooks/{made['id']}", {"state": "declined"}).status_code == 422


def test_the_app_is_this_installation(server, settings):
    told = server.read("/app")
    assert (told["slug"], told["test_mode"], len(told["webhook_secret"])) == ("testserver", False, 64)


def test_a_graph_is_told_with_its_meaning(server):
    graph = server.read("/graphs/request")
    states = {state["name"]: state for state in graph["states"]}
    assert states["tentative"]["occupies"] is True
    assert states["declined"]["completed"] is True
    actions = {action["name"]: action for action in graph["actions"]}
    assert actions["create"]["source"] is None
    assert (actions["expire"]["automatic_after"], actions["expire"]["played_by"]) == (172800, ["clock"])


def test_a_graph_has_a_picture(server):
    response = server.get("/graphs/request/picture")
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert b"Waiting for an answer" in response.content
    assert server.get("/graphs/nothing/picture").status_code == 404


def test_lists_cost_the_same_number_of_queries_for_any_number_of_rows(
    server, settings, django_assert_max_num_queries
):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # the count is written once a second, between any two

    def cost(path):
        with django_assert_max_num_queries(20) as counted:
            server.read(path)
        return len(counted)

    paths = [
        "/resources?include=calendars.events",
        "/projects?include=resources.calendars",
        "/calendars",
        "/events",
    ]
    before = []
    for number in range(2):
        resource = server.made("/resources", {"name": f"R{number}", "timezone": "UTC"})["id"]
        server.made("/projects", {"name": f"P{number}", "resources": [resource]})
        server.made("/events", {"resource_id": resource, "what": "A"} | LATER)
        before.append([cost(path) for path in paths])
    assert before[0] == before[1]


def test_a_request_is_confirmed_only_while_its_time_is_free(server, wish):
    request = server.made("/bookings", wish | {"graph": "confirm_decline"})
    server.made("/bookings", wish)
    refused = server.put(f"/bookings/{request['id']}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert server.read(f"/bookings/{request['id']}")["state"] == "tentative"
