"""The tracer of ``bench/``, so that it still runs when somebody wants its figures."""

import sys

import pytest
from django.core.handlers.wsgi import WSGIHandler

from bench.enters import Trace, requests, table, traced


@pytest.mark.django_db(transaction=True)
def test_each_kind_of_request_is_traced_up_to_its_view_and_to_its_end() -> None:
    handler = WSGIHandler()
    found = {request.name: traced(request, handler) for request in requests()}
    for trace in found.values():
        assert 0 < trace.before_view < len(trace.ours)
        assert trace.before_view < trace.calls_before_view < trace.calls
    entered = "\n".join(found["create"].names())
    assert entered.index("bookings/api/auth.py") < entered.index("bookings/lifecycle/claims.py")
    assert table(found).count("\n") == 1 + len(found)


def test_a_function_counts_once_and_what_is_not_ours_only_as_a_call() -> None:
    trace = Trace(view=test_a_function_counts_once_and_what_is_not_ours_only_as_a_call.__code__)
    sys.setprofile(trace)
    try:
        [sorted([2, 1], key=lambda number: number) for _time in range(2)]
    finally:
        sys.setprofile(None)
    assert trace.calls >= 4
    assert not trace.ours
