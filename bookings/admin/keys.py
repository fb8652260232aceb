"""API keys: issued, limited, revoked.  A secret is shown once and never edited."""

from functools import partial
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings import recent_requests
from bookings.admin.fields.plain import OriginsField
from bookings.admin.mixins import PlainLookups
from bookings.admin.sandbox import empty_page
from bookings.models import ApiKey, RecentRequest


class ApiKeyForm(forms.ModelForm):
    origins = OriginsField(
        label=gettext_lazy("Allowed origins"),
        required=False,
        help_text=gettext_lazy("Pages that may use a widget key, one a line; empty: any."),
    )

    class Meta:
        model = ApiKey
        fields = ("kind", "name", "is_test", "projects", "origins")
        widgets: ClassVar[dict[str, Any]] = {"projects": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any]:
        """A key that is limited to what it does not see would see nothing."""
        data = super().clean() or self.cleaned_data
        is_test = data.get("is_test", self.instance.is_test) and not settings.TEST_MODE
        strangers = [str(one) for one in data.get("projects") or () if one.is_test != is_test]
        if strangers:
            words = _("This key does not see %(name)s: test keys see what is for tests, other keys all else.")
            self.add_error("projects", words % {"name": strangers[0]})
        return data

    def clean_origins(self) -> list[str]:
        """A server calls from no page, so origins would bind nothing."""
        origins: list[str] = self.cleaned_data["origins"]
        if origins and self.cleaned_data.get("kind", self.instance.kind) == ApiKey.Kind.SERVER:
            raise forms.ValidationError(
                _("Origins bind widget keys only; leave them empty for a server key.")
            )
        return origins


class IssuingRequest(HttpRequest):
    """A request that issued a key: its value goes from where it is made to the one answer that shows it."""

    issued_value: str


@admin.register(ApiKey)
class ApiKeyAdmin(PlainLookups):
    form = ApiKeyForm
    change_form_template = "admin/bookings/apikey/change_form.html"
    change_list_template = "admin/bookings/apikey/change_list.html"
    list_display = ["name", "kind", "is_test", "ending", "created_at", "last_used_at", "revoked_at"]
    list_filter = ["kind", "is_test", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "hint"]

    @admin.display(description=gettext_lazy("ends in"))
    def ending(self, key: ApiKey) -> str:
        return f"…{key.hint}"

    @admin.display(description=gettext_lazy("value"))
    def shown_value(self, key: ApiKey) -> str:
        return key.value or _("Shown only when it was issued; it ends in %(hint)s.") % {"hint": key.hint}

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        fields = ["kind", "name", "is_test", "projects", "origins"]
        return fields if obj is None else [*fields, "shown_value", "created_at", "last_used_at", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return (
            []
            if obj is None
            else ["kind", "is_test", "shown_value", "created_at", "last_used_at", "revoked_at"]
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ApiKey:
        if not change:
            asked = form.cleaned_data
            test = settings.TEST_MODE or asked["is_test"]
            key, value = ApiKey.issue(kind=asked["kind"], name=asked["name"], test=test)
            key.origins = asked["origins"]
            form.instance, cast(IssuingRequest, request).issued_value = key, value
        saved: ApiKey = super().save_form(request, form, change)
        return saved

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        """Show the value in this one answer: it is stored nowhere, so there is nothing to redirect to."""
        context = self.admin_site.each_context(request) | {
            "title": _("The key was issued"),
            "key": obj,
            "value": cast(IssuingRequest, request).issued_value,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/bookings/apikey/issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def get_urls(self) -> list[Any]:
        revoke = require_POST(self.admin_site.admin_view(self.revoke))
        empty = self.admin_site.admin_view(partial(empty_page, self))
        return [
            path("<uuid:pk>/revoke/", revoke, name="bookings_apikey_revoke"),
            path("sandbox/", empty, name="bookings_apikey_sandbox"),
            *super().get_urls(),
        ]

    def revoke(self, request: HttpRequest, pk: Any) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=pk)
        if not self.has_change_permission(request, key):
            raise PermissionDenied
        if ApiKey.objects.active().filter(pk=pk).update(revoked_at=timezone.now()):
            self.log_change(request, key, _("Revoked."))
            messages.success(request, _("The key is revoked; requests with it are refused from now on."))
        return HttpResponseRedirect(reverse("admin:bookings_apikey_change", args=[pk]))


class StatusFilter(admin.SimpleListFilter):
    """By what the first digit of a status says."""

    title = gettext_lazy("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("2", _("done (2xx)")), ("4", _("refused (4xx)")), ("5", _("failed (5xx)"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in {"2", "4", "5"}:
            return queryset
        first = int(str(self.value())) * 100
        return queryset.filter(status__gte=first, status__lt=first + 100)


@admin.register(RecentRequest)
class RecentRequestAdmin(PlainLookups):
    """What programs asked lately; reached from their key, for whoever may see that."""

    list_display = ["at", "key", "call", "status", "code", "fields", "user_agent", "request_id"]
    list_display_links = None
    list_filter = [StatusFilter]
    list_select_related = ["key"]
    search_fields = ["=status", "=code", "=request_id"]
    search_help_text = gettext_lazy("A status like 409, a code like slot_taken, or a request id.")
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        recent_requests.write()
        return super().changelist_view(request, extra_context)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.view_apikey")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
