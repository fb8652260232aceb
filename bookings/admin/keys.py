"""API keys: issued, limited, revoked.  A secret is shown once and never edited."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.admin.fields.plain import OriginsField
from bookings.models import ApiKey


class ApiKeyForm(forms.ModelForm):
    origins = OriginsField(
        label=gettext_lazy("Allowed origins"),
        required=False,
        help_text=gettext_lazy("Pages that may use a widget key, one a line; empty: any."),
    )

    class Meta:
        model = ApiKey
        fields = ("kind", "name", "projects", "origins")

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
class ApiKeyAdmin(admin.ModelAdmin):
    form = ApiKeyForm
    change_form_template = "admin/bookings/apikey/change_form.html"
    list_display = ["name", "kind", "ending", "created_at", "last_used_at", "revoked_at"]
    list_filter = ["kind", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "hint"]
    filter_horizontal = ["projects"]

    @admin.display(description=gettext_lazy("ends in"))
    def ending(self, key: ApiKey) -> str:
        return f"…{key.hint}"

    @admin.display(description=gettext_lazy("value"))
    def shown_value(self, key: ApiKey) -> str:
        return key.value or _("Shown only when it was issued; it ends in %(hint)s.") % {"hint": key.hint}

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        fields = ["kind", "name", "projects", "origins"]
        return fields if obj is None else [*fields, "shown_value", "created_at", "last_used_at", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [] if obj is None else ["kind", "shown_value", "created_at", "last_used_at", "revoked_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ApiKey:
        if not change:
            asked = form.cleaned_data
            key, value = ApiKey.issue(kind=asked["kind"], name=asked["name"], test=settings.TEST_MODE)
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
        return [path("<uuid:pk>/revoke/", revoke, name="bookings_apikey_revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, pk: Any) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=pk)
        if not self.has_change_permission(request, key):
            return HttpResponse(status=403)
        if ApiKey.objects.active().filter(pk=pk).update(revoked_at=timezone.now()):
            self.log_change(request, key, _("Revoked."))
            messages.success(request, _("The key is revoked; requests with it are refused from now on."))
        return HttpResponseRedirect(reverse("admin:bookings_apikey_change", args=[pk]))
