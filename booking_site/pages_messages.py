"""What the next page is to say is kept for pages; the API has none."""

from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.api.middleware import is_api


class PagesMessages(MessageMiddleware):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request) if is_api(request) else super().__call__(request)
        assert isinstance(answer, HttpResponseBase)  # noqa: S101  # this site awaits none
        return answer
