from hypothesis import given
from hypothesis import strategies as st

from bookings.overrides import override

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
LAYERS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), SCALARS | st.lists(SCALARS, max_size=2), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | SCALARS, max_size=3),
    max_leaves=8,
)


def test_a_missing_key_inherits_and_an_explicit_false_or_null_wins():
    assert override({"a": 1, "b": True, "c": 3}, {"b": False, "c": None}) == {"a": 1, "b": False, "c": None}


def test_objects_merge_key_by_key_and_lists_replace():
    below = {"settings": {"max_seats": 3, "min_cancel_time": "1 day"}, "participants": ["a"]}
    above = {"settings": {"max_seats": 5}, "participants": []}
    assert override(below, above) == {
        "settings": {"max_seats": 5, "min_cancel_time": "1 day"},
        "participants": [],
    }


def test_an_object_replaces_a_scalar_and_a_scalar_an_object():
    assert override({"a": 1, "b": {"x": 1}}, {"a": {"x": 2}, "b": 1}) == {"a": {"x": 2}, "b": 1}


def test_the_result_shares_no_object_with_its_layers():
    layer = {"a": {"x": 1}}
    override(layer)["a"]["x"] = 2
    assert layer == {"a": {"x": 1}}


@given(LAYERS, LAYERS, LAYERS)
def test_merging_all_layers_is_merging_them_one_after_the_other(one, two, three):
    assert override(one, two, three) == override(override(one, two), three)


@given(LAYERS)
def test_an_empty_layer_and_the_same_layer_again_change_nothing(layer):
    assert override({}, layer, {}) == layer == override(layer, layer)
