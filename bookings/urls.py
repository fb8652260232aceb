"""The URLs of the customer's pages; under /embed/ the same ones for another site's frame."""

from collections.abc import Callable

from django.urls import URLPattern, include, path

from bookings.views import calendar_consent, calendar_told, feed
from bookings.views.accent_stylesheet import accent_stylesheet
from bookings.views.booking import action_link, find, manage, move, owner, trial_payment
from bookings.views.choose import choose
from bookings.views.frames import framed
from bookings.views.hold import details, offered, pick
from bookings.views.home import assistants, home
from bookings.views.page_request import View


def flow(book: str, wrap: Callable[[View], View] = lambda view: view) -> list[URLPattern]:
    """The way from the times of a project to its booking; ``book`` is what stands before the project's name."""
    return [
        path(f"{book}<slug:slug>/", wrap(choose.choose), name="choose"),
        path(f"{book}<slug:slug>/hold/", wrap(pick.pick), name="hold"),
        path(f"{book}<slug:slug>/form/", wrap(offered.book_offered), name="form"),
        path(f"{book}<slug:slug>/details/<str:token>/", wrap(details.details), name="details"),
        path(
            f"{book}<slug:slug>/details/<str:token>/instead/",
            wrap(details.hold_alternative),
            name="alternative",
        ),
        path(f"{book}<slug:slug>/details/<str:token>/longer/", wrap(details.extend_hold), name="extend"),
        path(f"{book}<slug:slug>/details/<str:token>/release/", wrap(pick.release_hold), name="release"),
        path("b/<str:token>/", wrap(manage.booking), name="customer"),
        path("b/<str:token>/undo/", wrap(manage.undo_cancellation), name="undo"),
        path("b/<str:token>/booking.ics", wrap(manage.calendar_file_of), name="ics"),
        path("b/<str:token>/move/", wrap(move.choose_new), name="move"),
        path("b/<str:token>/move/to/", wrap(move.move_to), name="move_to"),
        path("b/<str:token>/pay/", wrap(trial_payment.pay), name="pay"),
        path("b/<str:token>/do/<str:action>/", wrap(manage.ask), name="ask"),
    ]


pages = [
    path("", home.home, name="home"),
    path("with/<slug:slug>/", home.with_resource, name="with"),
    *flow("book/"),
    path("o/<str:token>/", owner.owner, name="owner"),
    path("o/<str:token>/undo/", owner.undo_decision, name="owner_undo"),
    path("a/<str:token>/<str:action>/", action_link.ask_once, name="action"),
    path("a/<str:token>/<str:action>/to/", action_link.move_once, name="action_to"),
    path("feeds/<str:token>.ics", feed.feed, name="feed"),
    path("calendars/back/", calendar_consent.back, name="calendar_back"),
    path("calendars/told/<uuid:channel>/", calendar_told.told, name="calendar_told"),
    path("calendars/connect/<str:token>/", calendar_consent.connect, name="calendar_connect"),
    path("find/", find.find, name="find"),
    path("assistants/", assistants.assistants, name="assistants"),
    path("look/tones-<str:digits>.css", accent_stylesheet, name="accent"),
]
urlpatterns = [
    path("embed/", include((flow("", framed), "pages"), namespace="embed")),
    path("", include((pages, "pages"), namespace="pages")),
]
