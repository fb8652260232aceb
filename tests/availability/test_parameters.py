"""A search as the API spells it: read, merged over project and defaults, and refused with everything that is
wrong.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.availability.asked import read_query
from bookings.availability.modes import Mode
from bookings.availability.parameters import (
    DEFAULTS,
    ParametersError,
    merged_parameters,
    parse_parameters,
)
from bookings.models import Option, ProjectResource
from tests.situations import HOUR, a_project, a_resource, own_terms

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


def parsed(**request):
    return parse_parameters(merged_parameters(request), NOW)


def refused(**request) -> dict:
    with pytest.raises(ParametersError) as refusal:
        parsed(**request)
    return refusal.value.errors


def test_the_defaults_are_those_of_the_record():
    found = parsed()
    assert (found.start, found.end) == (NOW, NOW + timedelta(weeks=4))
    assert (found.mode, found.length, found.step, found.full_hours) == (Mode.RANDOM, HOUR, None, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("2 days", NOW + timedelta(days=2)),
        ("3 days 2 weeks", NOW + timedelta(days=17)),
        ("PT2H", NOW + 2 * HOUR),
        ("1 month", datetime(2027, 4, 1, 12, tzinfo=UTC)),
        ("2027-03-01T14:00:00+01:00", datetime(2027, 3, 1, 13, tzinfo=UTC)),
        ("2027-03-02T00:00:00Z", datetime(2027, 3, 2, tzinfo=UTC)),
        ("2027-03-02t00:00:00z", datetime(2027, 3, 2, tzinfo=UTC)),
        (datetime(2027, 3, 2, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)),
    ],
)
def test_a_search_begins_at_a_timestamp_or_counts_from_now(text, expected):
    assert parsed(**{"from": text, "to": "5 months"}).start == expected


def test_relative_text_reaches_six_months():
    assert parsed(to="6 months").end == datetime(2027, 9, 1, 12, tzinfo=UTC)
    assert refused(to="27 weeks") == {
        "to": ["Six months from now are the most; name a date to search beyond."]
    }
    assert refused(to="7 months") == {
        "to": ["Six months from now are the most; name a date to search beyond."]
    }


def test_a_later_window_can_be_named_by_dates():
    found = parsed(**{"from": "2028-06-01T00:00:00Z", "to": "2028-07-01T00:00:00Z"})
    assert found.end == datetime(2028, 7, 1, tzinfo=UTC)
    assert list(refused(**{"from": "2028-06-01T00:00:00Z", "to": "2028-12-02T00:00:00Z"})) == ["to"]


@pytest.mark.parametrize(
    "value",
    ["2027-03-01T14:00:00", "2027-03-01", "yesterday", "", "-1 day", 5, [], "9999-12-31T23:59:59Z"],
)
def test_what_names_no_instant_is_refused(value):
    assert list(refused(**{"from": value})) == ["from"]


@pytest.mark.parametrize("text", ["", "then", "in three days"])
def test_text_that_is_neither_is_told_both(text):
    assert refused(**{"from": text}) == {
        "from": [
            "Use a time with its offset, or text like “now”, “tomorrow”, “next monday”, “2 days”, “3 days 2 weeks”."
        ]
    }


def test_a_unit_that_is_unknown_or_missing_is_named():
    assert "unit is unknown" in refused(to="2 fortnights")["to"][0]
    assert "unit is missing" in refused(to="14")["to"][0]


def test_everything_wrong_is_found_at_once():
    errors = refused(
        **{
            "mode": "everyone",
            "length": "an hour",
            "from": "then",
            "buffer": 15,
            "timeslot_increments": "1 second",
            "round_to_nearest_hour": "yes",
            "output_timezone": "Mars/Olympus",
            "constraints": [{"allow_day": {"day": "Mittwoch"}}, 5],
            "min_booking_time": "2 months",
        }
    )
    assert set(errors) == {
        "mode",
        "length",
        "from",
        "buffer",
        "timeslot_increments",
        "round_to_nearest_hour",
        "output_timezone",
        "constraints.0.allow_day.day",
        "constraints.1",
        "min_booking_time",
    }
    assert all(
        sentence.endswith(".") and "Mars" not in sentence for each in errors.values() for sentence in each
    )


def test_an_end_before_the_start_is_refused():
    assert refused(**{"from": "2 days", "to": "1 day"}) == {"to": ["The end must come after the start."]}


def test_a_length_of_null_asks_for_natural_lengths():
    assert parsed(length=None).length is None


def test_the_single_buffer_is_claimed_after_and_kept_around():
    distance = parsed(buffer="15 minutes").distance
    assert (distance.before, distance.after, distance.around) == (0, 900, 900)
    distance = parsed(buffer_before="5 minutes", buffer_after="10 minutes").distance
    assert (distance.before, distance.after, distance.around) == (300, 600, 0)


@pytest.mark.django_db
class TestProjects:
    def test_the_request_wins_over_option_and_project_and_those_over_the_defaults(self):
        project = a_project(
            a_resource(), length=2 * HOUR, availability={"mode": "mutual", "buffer": "5 minutes"}
        )
        query = read_query({"mode": "exclusive"}, now=NOW, project=project)
        assert (query.mode, query.length, query.buffer) == (Mode.EXCLUSIVE, 2 * HOUR, 5 * MINUTES)
        long = Option.objects.create(project=project, length=3 * HOUR, position=5)
        assert read_query({}, now=NOW, project=project, option=long).length == 3 * HOUR
        assert (
            read_query({"length": "20 minutes"}, now=NOW, project=project, option=long).length == 20 * MINUTES
        )

    def test_a_length_among_the_projects_settings_wins_over_its_first_option(self):
        project = a_project(a_resource(), length=2 * HOUR, availability={"length": "45 minutes"})
        assert read_query({}, now=NOW, project=project).length == 45 * MINUTES

    def test_resources_come_in_the_projects_order_with_their_own_lengths(self):
        one, two = a_resource(), a_resource()
        project = a_project(one, two)
        ProjectResource.objects.filter(resource=one).update(position=5)
        own_terms(project, one, length=90 * MINUTES)
        query = read_query({}, now=NOW, project=project)
        assert query.resources == (two, one)
        assert (query.length_of(one), query.length_of(two)) == (90 * MINUTES, HOUR)
        assert read_query({"length": "10 minutes"}, now=NOW, project=project).length_of(one) == 10 * MINUTES

    def test_notice_and_horizon_are_read_from_the_booking_settings(self):
        settings = {"min_booking_time": "2 hours", "max_booking_time": "30 days"}
        project = a_project(a_resource(), booking={"graph": "instant", "settings": settings})
        query = read_query({}, now=NOW, project=project)
        assert (query.notice, query.horizon) == (2 * HOUR, timedelta(days=30))

    def test_the_number_of_queries_depends_on_nothing(self, django_assert_num_queries):
        project = a_project(*(a_resource() for _number in range(3)))
        with django_assert_num_queries(3):  # options, resources, what both say together
            read_query({}, now=NOW, project=project)


def test_every_default_can_be_read():
    assert parse_parameters(DEFAULTS, NOW).constraints == ()
