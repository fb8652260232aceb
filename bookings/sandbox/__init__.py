"""The sandbox of a live site: what ``test_`` keys book, on rows that only they see."""

from bookings.sandbox.copies import copy_projects, copy_resources
from bookings.sandbox.emptying import Contents, empty_sandbox
from bookings.sandbox.sides import mixed, why_it_stays

__all__ = ["Contents", "copy_projects", "copy_resources", "empty_sandbox", "mixed", "why_it_stays"]
