"""The addresses for assistants."""

from django.urls import path

from bookings.agents.markdown import pages
from bookings.agents.mcp import mcp

app_name = "agents"
urlpatterns = [
    path("mcp", mcp, name="mcp"),
    path("mcp/", mcp),
    path("llms.txt", pages.index, name="llms"),
    path("book/<slug:slug>.md", pages.project, name="project"),
    path("book/<slug:slug>/hold.md", pages.hold, name="hold"),
    path("book/<slug:slug>/book.md", pages.book, name="book"),
]
