"""What a load balancer and a monitor ask: does the process live, and can it serve."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as soon as the process answers, whatever the database does."""
    return _text("alive", 200)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 where the database answers too, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _text("no database", 503)
    return _text("ready", 200)


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain")
