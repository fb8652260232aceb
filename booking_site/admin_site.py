"""The staff's desk as a site: its name, and what stands on its first page in which order."""

from functools import update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

from bookings.languages import site_of
from bookings.logins import LoginForm, refused
from bookings.staff_limits import is_open_to
from bookings.staff_sessions import note_use

# What staff do all day first, what is set up once last; other models follow by name.
ORDER = [
    "Booking",
    "Event",
    "Project",
    "Resource",
    "Location",
    "Site",
    "Graph",
    "OutboxMessage",
    "Webhook",
    "ApiKey",
]


class WordsForScripts(JavaScriptCatalog):
    """The admin's own, but for the day with which the calendar beside a date begins a week."""

    packages = ["django.contrib.admin"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["formats"]["FIRST_DAY_OF_WEEK"] = (site_of(self.request).weekdays[0] + 1) % 7  # Sunday 0
        return context


class StaffAdminSite(AdminSite):
    site_header = site_title = _("Staff's desk")
    index_title = _("What there is to do")
    enable_nav_sidebar = False
    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The login; 429 where passwords are tried too often from an address."""
        response = super().login(request, extra_context)
        if (seconds := refused(request)) is not None:
            response.status_code = 429
            response["Retry-After"] = str(seconds)
        return response

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page of the desk; one that does not hold to the limit of a limited member is missing to them.

        What a page has no words of its own for, it shows by the site's clocks.
        """

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            page = request.resolver_match.url_name if request.resolver_match else None
            if not is_open_to(request.user, page or ""):
                raise Http404
            if request.user.is_staff and page != "logout":
                note_use(request)
            with timezone.override(ZoneInfo(site_of(request).timezone)):
                answer = view(request, *args, **kwargs)
                return answer.render() if isinstance(answer, TemplateResponse) else answer

        return super().admin_view(
            update_wrapper(inner, view) if hasattr(view, "__name__") else inner, cacheable
        )

    def i18n_javascript(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return WordsForScripts.as_view()(request)

    def index(  # type: ignore[override]  # Django's own gives only the page
        self, request: HttpRequest, extra_context: Any = None
    ) -> TemplateResponse | HttpResponseRedirect:
        """Today, for those who may see bookings, and for others what they may set up.

        On a site in which nothing can be booked yet a superuser is asked the first questions instead.
        """
        user = request.user
        resources = apps.get_model("bookings.Resource").objects
        if user.is_active and user.is_superuser and not resources.exists():
            return HttpResponseRedirect(reverse("admin:bookings_site_setup"))
        if user.has_perm("bookings.view_booking"):
            desk: Any = self.get_model_admin(apps.get_model("bookings.Booking"))
            page: TemplateResponse = desk.first_page(request, {"app_list": self.get_app_list(request)})
            return page
        return super().index(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Bookings before accounts, and within them in the order above."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _position(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "bookings")


def _position(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
