"""The verbs: the only writers of state and occupancy.  Each is one transaction and raises ``BookingError``."""

from bookings.lifecycle.act import (
    Inputs,
    act,
    act_on_all,
    available_actions,
    lock_many,
    play_due,
    play_if_due,
)
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.book import book
from bookings.lifecycle.corrections import correct, delete, forget_guest, note_attendance
from bookings.lifecycle.events import add_event, change_event, count_events, remove_calendar, remove_event
from bookings.lifecycle.holds import extend, extendable, release, reserve, reserve_any
from bookings.lifecycle.one_press import press, take_back
from bookings.lifecycle.people import join_people, keep_apart, merge, split
from bookings.lifecycle.reschedule import reschedule, reschedule_any
from bookings.lifecycle.retries import in_one_transaction
from bookings.lifecycle.series import Move, Pattern, SeriesRefused, act_on_series, book_series, move_series
from bookings.lifecycle.undo import undo
from bookings.lifecycle.undoable import (
    is_press_of,
    may_be_pressed,
    press_window,
    undoable_state,
    undoable_until,
)

__all__ = [
    "Actor",
    "Inputs",
    "Move",
    "Pattern",
    "SeriesRefused",
    "act",
    "act_on_all",
    "act_on_series",
    "add_event",
    "available_actions",
    "book",
    "book_series",
    "change_event",
    "correct",
    "count_events",
    "delete",
    "extend",
    "extendable",
    "forget_guest",
    "in_one_transaction",
    "is_press_of",
    "join_people",
    "keep_apart",
    "lock_many",
    "may_be_pressed",
    "merge",
    "move_series",
    "note_attendance",
    "play_due",
    "play_if_due",
    "press",
    "press_window",
    "release",
    "remove_calendar",
    "remove_event",
    "reschedule",
    "reschedule_any",
    "reserve",
    "reserve_any",
    "split",
    "take_back",
    "undo",
    "undoable_state",
    "undoable_until",
]
