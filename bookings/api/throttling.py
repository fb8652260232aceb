"""Whose limit a call is counted on, and what it is told of that limit."""

from django.utils.translation import gettext_lazy

from bookings import limits, rate_limits
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import ApiError
from bookings.limits import Limit
from bookings.rate_limits import Usage


class TooManyRequests(ApiError):
    """The minute's limit is used up; ``Retry-After`` says when the next minute begins."""

    status = 429
    sentence = gettext_lazy("Too many requests. Please wait a little.")

    def __init__(self, usage: Usage, limit: Limit) -> None:
        super().__init__(headers={"Retry-After": str(usage.resets_in)})
        self.limit = limit.setting


class TooManyFromHere(ApiError):
    """Visitors of one network address hold or booked as much as they may for now."""

    status = 429
    sentence = gettext_lazy(
        "Too many times are held or booked from this network address. Please try again in %(seconds)s seconds."
    )

    def __init__(self, seconds: int) -> None:
        sentence = str(self.sentence) % {"seconds": seconds}
        super().__init__(sentence, headers={"Retry-After": str(seconds)})


class TooBusy(ApiError):
    """Another dear call is being answered; this one may come again at once, and ordinary ones never meet this."""

    status = 429
    sentence = gettext_lazy(
        "Another large search is being answered. Please ask again in a second, or for less."
    )
    limit = limits.DEAR_SEARCH.setting

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


def throttle(request: ApiRequest, caller: Caller | None = None) -> None:
    """Count a call for its server key, else for its address.  Raises ``TooManyRequests``."""
    limit = limits.REQUESTS_PER_ADDRESS
    if caller is None or caller.is_widget:
        usage = rate_limits.spend_by_address(request)
    else:
        limit = limits.REQUESTS_PER_KEY
        usage = rate_limits.spend(f"key:{caller.id}", limit.value)
    if usage is None:
        return
    request.usage = usage
    if usage.exceeded:
        raise TooManyRequests(usage, limit)


def limit_headers(request: ApiRequest) -> dict[str, str]:
    """``X-RateLimit-*`` of a call that was counted."""
    usage = request.usage
    if usage is None:
        return {}
    return {
        "X-RateLimit-Limit": str(usage.limit),
        "X-RateLimit-Remaining": str(usage.remaining),
        "X-RateLimit-Reset": str(usage.resets_in),
    }
