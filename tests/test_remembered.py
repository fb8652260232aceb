"""How much a process remembers of what is set up."""

from bookings.configuration import Remembered


def test_no_more_rows_are_remembered_than_it_may_and_what_was_asked_for_least_recently_goes_first():
    remembered = Remembered("one", most=4)
    remembered.keep({"many": (1, 2), "one": 3})
    assert remembered.find(["many", "one"]) == {"many": (1, 2), "one": 3}
    remembered.find(["many"])
    remembered.keep({"more": [4, 5]})
    assert remembered.find(["many", "one", "more"]) == {"many": (1, 2), "more": [4, 5]}
    remembered.keep({"many": (1, 2)})  # said again, it counts once
    assert (remembered.rows, remembered.find(["more"])) == (4, {"more": [4, 5]})
    remembered.keep({"whole": (6, 7, 8, 9, 10)})  # more than there is room for is not kept
    assert (remembered.rows, remembered.find(["many", "one", "more", "whole"])) == (0, {})
