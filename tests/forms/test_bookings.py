"""The booking's form: the merged whole of a request, checked once, all findings together."""

from datetime import timedelta

import pytest

from bookings.availability.asked import read_query
from bookings.forms import BookingForm, Contact, Scope, resolve
from bookings.graphs.flow import Flow
from bookings.models import Booking, Calendar, Option
from tests.situations import a_booking, a_hold, a_location, a_project, a_resource, a_session, at, own_terms

pytestmark = pytest.mark.django_db
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}
SOON = {"type": "before", "unit": "hours", "time": 1}
HOOK = {"url": "https://example.com/remind", "method": "post"}
CALL = {"type": "webhook", "when": SOON}
TEXTS = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}


def form(found=None, contact=Contact.EMAIL, **request):
    return BookingForm(resolve(request, Scope.everything()), found=found, contact=contact)


@pytest.fixture
def wish():
    resource = a_resource()
    times = {"start": at(9), "end": at(10)}
    return {"resource_id": resource.pk, "graph": "instant", "customer": MARTY, **times, **TEXTS}


def draft(**request):
    """The draft of a request that must be valid."""
    checked = form(**request)
    assert checked.is_valid(), checked.errors
    return checked.draft()


def test_a_valid_request_fills_every_column(wish):
    booking = draft(
        **wish,
        invite=True,
        participants=["doc@example.com"],
        my_rsvp="tentative",
        meta={"order": 88},
        settings={"allow_double_bookings": True, "min_cancel_time": "1 day", "min_booking_time": "PT2H"},
        auto_complete_one_hour_after_booking_ends={"enabled": False},
        notify_owner_by_email={"enabled": False},
        webhooks=[{"enabled": False}],
        reminders=[
            {"type": "email", "when": SOON},
            CALL | {"settings": HOOK | {"expected_response_code": 204}},
        ],
    )
    assert [one["type"] for one in booking.reminders] == ["email", "webhook"]
    assert (booking.start, booking.end, booking.what) == (at(9), at(10), "Catch the lightning")
    assert (booking.invite, booking.participants, booking.my_rsvp) == (True, ["doc@example.com"], "tentative")
    assert (booking.meta, booking.allow_double_bookings, booking.auto_complete) == (
        {"order": 88},
        True,
        False,
    )
    assert (booking.min_cancel_time, booking.min_booking_time) == (timedelta(days=1), timedelta(hours=2))
    assert booking.notifications == {
        "notify_owner_by_email": {"enabled": False},
        "webhooks": {"0": {"enabled": False}},
    }
    assert booking.calendar_id == Calendar.objects.get(resource=wish["resource_id"]).pk


def test_nothing_at_all_is_told_as_everything_that_is_missing():
    assert set(form().errors) == {"graph", "resource_id", "start", "end", "customer", *TEXTS}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"graph": "no_such_graph"}, "graph"),
        ({"graph": 7}, "graph"),
        ({"end": at(9)}, "end"),
        ({"end": at(9, days=366)}, "end"),
        ({"what": ""}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"participants": ["doc@example.com", "x"]}, "participants.1"),
        ({"my_rsvp": "perhaps"}, "my_rsvp"),
        ({"customer": {"name": "Marty"}}, "customer.email"),
        ({"settings": {"allow_double_bookings": "yes"}}, "settings.allow_double_bookings"),
        ({"settings": {"min_cancel_time": "soon"}}, "settings.min_cancel_time"),
        ({"settings": {"automatic_times": {"complete": "soon"}}}, "settings.automatic_times.complete"),
        ({"settings": []}, "settings"),
        ({"reminders": [{}]}, "reminders.0.when"),
        ({"reminders": [{"type": [], "when": SOON}]}, "reminders.0.type"),
        ({"reminders": [{"when": SOON | {"time": 367 * 24}}]}, "reminders.0.when.time"),
        ({"reminders": [{"when": {"unit": "days", "time": 10**9}}]}, "reminders.0.when.time"),
        ({"reminders": [{"when": SOON, "settings": {"recipient": "all"}}]}, "reminders.0.settings.recipient"),
        ({"reminders": [{"when": SOON, "settings": {"subject": 7}}]}, "reminders.0.settings.subject"),
        ({"reminders": [{"when": SOON, "type": "webhook"}]}, "reminders.0.settings.url"),
        ({"reminders": [CALL | {"settings": {"url": "ftp://example.com/"}}]}, "reminders.0.settings.url"),
        ({"reminders": [CALL | {"settings": {"url": "http://["}}]}, "reminders.0.settings.url"),
        ({"reminders": [CALL | {"settings": HOOK | {"method": "put"}}]}, "reminders.0.settings.method"),
        (
            {"reminders": [CALL | {"settings": HOOK | {"expected_response_code": "200"}}]},
            "reminders.0.settings.expected_response_code",
        ),
        ({"reminders": [{"when": {"type": {}, "unit": "hours", "time": 1}}]}, "reminders.0.when.type"),
        ({"reminders": [{"when": {"unit": "hours", "time": "1"}}]}, "reminders.0.when.time"),
        (
            {"auto_complete_one_hour_after_booking_ends": {"enabled": "no"}},
            "auto_complete_one_hour_after_booking_ends.enabled",
        ),
        ({"notify_owner_by_email": True}, "notify_owner_by_email"),
        ({"notify_owner_by_email": {"enabled": "no"}}, "notify_owner_by_email.enabled"),
        ({"notify_owner_by_email": {"message": 1}}, "notify_owner_by_email.message"),
        ({"webhooks": [7]}, "webhooks.0"),
        ({"webhooks": {"0": {"enabled": "no"}}}, "webhooks.0.enabled"),
        ({"meta": "x"}, "meta"),
        ({"graph": "group_owner"}, "settings.max_seats"),
        ({"graph": "group_owner", "settings": {"max_seats": 0}}, "settings.max_seats"),
        ({"graph": "group_customer"}, "related.owner_booking_id"),
        ({"calendar_id": "1"}, "calendar_id"),
        ({"option_id": "1"}, "option_id"),
    ],
)
def test_what_is_wrong_is_named_as_the_api_names_it(wish, wrong, field):
    assert list(form(**wish | wrong).errors) == [field]


def test_every_part_of_a_list_that_is_wrong_is_named(wish):
    wrong = {
        "participants": ["x", "doc@example.com", 7],
        "reminders": [{"type": "pigeon", "when": {"unit": "years", "time": -1}}, 7],
        "webhooks": {"0": {"enabled": 1, "message": 1}, "1": 7},
        "settings": {"automatic_times": {"complete": "soon", "timeout": "later"}},
    }
    assert set(form(**wish | wrong).errors) == {
        "participants.0",
        "participants.2",
        "reminders.0.type",
        "reminders.0.when.unit",
        "reminders.0.when.time",
        "reminders.1",
        "webhooks.0.enabled",
        "webhooks.0.message",
        "webhooks.1",
        "settings.automatic_times.complete",
        "settings.automatic_times.timeout",
    }


def test_what_a_door_found_is_told_too_and_not_found_twice(wish):
    del wish["start"], wish["end"]
    errors = form(found={"start": ["No offset."], "customer.phone": ["Send a text."]}, **wish).errors
    assert errors == {
        "start": ["No offset."],
        "customer.phone": ["Send a text."],
        "end": ["This field is required."],
    }


def test_a_project_lends_its_name_and_place_and_the_answers_describe(wish):
    resource = a_resource(location=a_location(name="Garage", address="1640 Riverside Drive\nHill Valley"))
    questions = {"name": {}, "email": {}, "size": {"title": "Shoe size"}}
    project = a_project(resource, name="Fitting", customer_fields=questions)
    for text in TEXTS:
        del wish[text]
    customer = MARTY | {"size": "42", "colour": "red"}
    booking = draft(**wish | {"project_id": project.pk, "resource_id": resource.pk, "customer": customer})
    assert booking.what == "Fitting"
    assert booking.where == "Garage, 1640 Riverside Drive, Hill Valley"
    assert booking.description == "Shoe size: 42\ncolour: red"


def test_a_projects_own_place_comes_before_its_resources(wish):
    resource = a_resource(location=a_location(name="Garage"))
    project = a_project(resource, location=a_location(name="Mall"))
    del wish["where"]
    assert draft(**wish | {"project_id": project.pk, "resource_id": resource.pk}).where == "Mall"


def test_the_required_questions_of_a_project_are_asked_for(wish):
    resource = a_resource()
    project = a_project(resource, customer_fields={"name": {}, "email": {}, "size": {"required": True}})
    errors = form(**wish | {"project_id": project.pk, "resource_id": resource.pk}).errors
    assert list(errors) == ["customer.size"]


@pytest.fixture
def fitting(wish):
    """A project with two options, and a request for it."""
    resource = a_resource()
    project = a_project(resource, length=timedelta(minutes=30))
    Option.objects.create(
        project=project, label="Long", length=timedelta(hours=1), price=80, currency="EUR", position=1
    )
    return project, wish | {"project_id": project.pk, "resource_id": resource.pk}


def test_the_option_of_that_length_is_meant_else_the_first(fitting):
    project, wish = fitting
    first, long = project.options.all()
    assert draft(**wish).option == long
    assert draft(**wish | {"end": at(9, 30)}).option == first
    assert draft(**wish | {"end": at(9, 45)}).option == first
    assert draft(**wish | {"option_id": first.pk}).option == first


def test_a_booking_keeps_the_price_it_was_made_at(fitting):
    project, wish = fitting
    booking = draft(**wish)
    assert (booking.price, booking.currency) == (80, "EUR")
    own_terms(project, price=95)
    assert draft(**wish).price == 95


def test_buffers_and_companions_come_from_the_projects_availability(wish):
    doc, jules, verne = a_resource(), a_resource(), a_resource()
    layer = {"mode": "mutual", "buffer_before": "10 minutes", "buffer": "15 minutes"}
    project = a_project(doc, jules, verne, availability=layer)
    checked = form(**wish | {"project_id": project.pk, "resource_id": jules.pk})
    booking = checked.draft() if checked.is_valid() else pytest.fail(str(checked.errors))
    assert (booking.buffer_before, booking.buffer_after) == (timedelta(minutes=10), timedelta(minutes=15))
    assert set(checked.companions()) == {doc, verne}


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        ({"buffer": "30 minutes"}, 0, 30),
        ({"buffer": "30 minutes", "buffer_after": "0 minutes"}, 0, 0),
        ({"buffer": "30 minutes", "buffer_after": None}, 0, 30),
        ({"buffer_before": "5 minutes", "buffer_after": "10 minutes"}, 5, 10),
    ],
)
def test_what_is_searched_with_and_what_is_claimed_keep_the_same_buffers(wish, layer, before, after):
    doc = a_resource()
    project = a_project(doc, availability=layer)
    claimed = form(**wish | {"project_id": project.pk, "resource_id": doc.pk})
    searched = read_query({}, now=at(0), project=project).distance
    assert claimed.is_valid()
    minutes = timedelta(minutes=1)
    assert (claimed.draft().buffer_before, claimed.draft().buffer_after) == (
        before * minutes,
        after * minutes,
    )
    assert (searched.before, searched.after) == (before * 60, after * 60)


def test_a_seat_belongs_to_its_sessions_project_and_needs_no_times():
    resource = a_resource()
    project = a_project(resource, graph="group_customer")
    session = a_session(resource, at(9), seats=2, project=project)
    booking = draft(related={"owner_booking_id": session.pk}, customer=MARTY)
    assert (booking.session, booking.project) == (session, project)


def test_a_seat_of_another_projects_session_is_refused():
    resource = a_resource()
    session = a_session(resource, at(9), seats=2, project=a_project(resource))
    other = a_project(resource, graph="group_customer")
    errors = form(project_id=other.pk, related={"owner_booking_id": session.pk}, customer=MARTY).errors
    assert list(errors) == ["project_id"]


def test_only_a_session_offers_seats():
    plain = a_booking(a_resource(), at(9))
    request = {"graph": "group_customer", "related": {"owner_booking_id": plain.pk}, "customer": MARTY}
    assert list(form(**request).errors) == ["related.owner_booking_id"]


def test_a_hold_lends_what_the_request_leaves_out():
    resource = a_resource()
    project = a_project(resource)
    held = a_hold(resource, at(9), project=project, what="Held", where="Here")
    checked = form(reservation_id=held.pk, customer=MARTY)
    assert checked.is_valid(), checked.errors
    booking = checked.draft()
    assert (booking.resource, booking.start, booking.end) == (resource, at(9), at(10))
    assert (booking.project, booking.what, booking.where) == (project, "Held", "Here")


def test_finding_the_rows_of_a_project_takes_four_queries(fitting, django_assert_num_queries):
    _project, wish = fitting
    Flow.published("instant")  # a process reads each graph once
    with django_assert_num_queries(
        4
    ):  # project and resource together, what it says of the options, these, the graph
        assert form(**wish).is_valid()


def test_a_form_writes_nothing(wish):
    assert form(**wish).is_valid()
    assert not Booking.objects.exists()


class Unasked(Scope):
    """Whoever sees everything asks for no list of it."""

    @property
    def resources(self):
        raise AssertionError

    reservations = resources


def test_no_list_of_what_may_be_named_is_made_for_whoever_sees_everything(wish):
    held = a_hold(a_resource(), at(9))
    assert resolve(wish, Unasked()).errors == {}
    assert resolve({"reservation_id": held.pk}, Unasked()).reservation == held
