"""The addresses of the customer's pages."""

from django.urls import path, re_path

from bookings.views import choose, details, find, holds, home, looks, manage, move, owner

app_name = "pages"
urlpatterns = [
    path("", home.home, name="home"),
    path("with/<slug:slug>/", home.with_resource, name="with"),
    path("book/<slug:slug>/", choose.choose, name="choose"),
    path("book/<slug:slug>/hold/", holds.hold, name="hold"),
    path("book/<slug:slug>/details/<str:token>/", details.details, name="details"),
    path("book/<slug:slug>/details/<str:token>/instead/", details.instead, name="instead"),
    path("book/<slug:slug>/details/<str:token>/longer/", holds.longer, name="longer"),
    path("book/<slug:slug>/details/<str:token>/release/", holds.let_go, name="let_go"),
    path("b/<str:token>/", manage.booking, name="customer"),
    path("b/<str:token>/undo/", manage.take_back, name="undo"),
    path("b/<str:token>/booking.ics", manage.calendar_file_of, name="ics"),
    path("b/<str:token>/move/", move.choose_new, name="move"),
    path("b/<str:token>/move/to/", move.move_to, name="move_to"),
    path("b/<str:token>/do/<str:action>/", manage.ask, name="ask"),
    path("o/<str:token>/", owner.owner, name="owner"),
    path("find/", find.find, name="find"),
    re_path(r"^look/accent-(?P<digits>[0-9a-f]{6})\.css$", looks.accent, name="accent"),
]
