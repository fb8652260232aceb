"""What views are given and what they are: a request that knows the project of its page."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.models import Project

View = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request for a page of the customer; a page of no project has none."""

    project: Project | None = None


def set_project(request: HttpRequest, project: Project | None) -> None:
    """Let the page wear the project's logo and accent, and stand in the frames that it allows."""
    cast(PageRequest, request).project = project


def project_of(request: HttpRequest) -> Project | None:
    """The project that the page belongs to, if it is any one's."""
    return getattr(request, "project", None)
