"""What a load balancer and a monitor ask: does the process live, and can it serve."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking_site.readiness import Readiness

readiness = Readiness()


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as soon as the process answers, whatever the database does."""
    return _text("alive", 200)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 where this process can do its work, else 503 and a line for each reason."""
    wrong = readiness.wrong()
    return _text("\n".join(wrong) or "ready", 503 if wrong else 200)


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain")
