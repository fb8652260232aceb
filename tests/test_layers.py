"""The layers of a booking's settings: the more specific wins, objects merge, the record's older spellings are read."""

from types import SimpleNamespace

from bookings.layers import DEFAULTS, booking_layers, flat, merged


def project(booking=None, reminders=()):
    return SimpleNamespace(booking=booking or {}, reminders=list(reminders))


def row(**booking):
    return SimpleNamespace(booking=booking)


def test_without_anything_the_defaults_hold():
    assert merged({}) == DEFAULTS


def test_each_layer_wins_over_the_one_before():
    values = merged(
        {"what": "request"},
        project({"what": "project", "where": "project"}),
        row(where="option"),
        row(where="link"),
    )
    assert (values["what"], values["where"]) == ("request", "link")


def test_an_explicit_false_or_null_is_a_value_and_a_missing_key_inherits():
    values = merged(
        {"invite": False, "what": None}, project({"invite": True, "what": "Talk", "where": "Garage"})
    )
    assert (values["invite"], values["what"], values["where"]) == (False, None, "Garage")


def test_settings_and_meta_merge_key_by_key_and_lists_replace():
    below = project(
        {"settings": {"max_seats": 5}, "meta": {"a": {"b": 1}}, "participants": ["a@example.com"]}
    )
    values = merged(
        {"settings": {"min_cancel_time": "1 day"}, "meta": {"a": {"c": 2}}, "participants": []}, below
    )
    assert values["settings"] == {"allow_double_bookings": False, "max_seats": 5, "min_cancel_time": "1 day"}
    assert (values["meta"], values["participants"]) == ({"a": {"b": 1, "c": 2}}, [])


def test_the_older_nested_shape_is_read_and_the_flat_one_wins_over_it():
    values = flat({"event": {"what": "nested", "where": "nested", "sync_provider": True}, "what": "flat"})
    assert values == {"what": "flat", "where": "nested"}


def test_a_project_may_keep_the_overlap_flag_beside_its_settings():
    values = merged({}, project({"allow_double_bookings": True, "settings": {"max_seats": 2}}))
    assert values["settings"] == {"allow_double_bookings": True, "max_seats": 2}


def test_a_projects_reminders_lie_below_those_of_its_booking_layer():
    assert merged({}, project({}, ["own"]))["reminders"] == ["own"]
    assert merged({}, project({"reminders": ["layer"]}, ["own"]))["reminders"] == ["layer"]


def test_merging_changes_no_layer():
    layer = {"settings": {"max_seats": 1}}
    merged({"settings": {"max_seats": 2}}, project(layer))
    assert layer == {"settings": {"max_seats": 1}}
    assert booking_layers()[0] is DEFAULTS
    assert DEFAULTS["settings"] == {"allow_double_bookings": False}
