"""How people let their assistant book here, and what it may do."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookings.languages import site_of


@require_safe
def assistants(request: HttpRequest) -> HttpResponse:
    """The page; there is none where the site lets no assistant book."""
    if not site_of(request).agents_may_book:
        raise Http404
    context = {
        "mcp_url": settings.SITE_URL + reverse("agents:mcp"),
        "text_url": settings.SITE_URL + reverse("agents:llms"),
    }
    return render(request, "bookings/assistants.html", context)
