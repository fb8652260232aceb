"""Webhooks: whom they tell, of what, and what came of each call."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bookings.admin.mixins import ReadOnlyAdmin, RecordedAdmin, ValuesFilter, row_or_404
from bookings.effects import webhook_log
from bookings.models import Graph, GraphVersion, State, Webhook, WebhookCall


class WebhookForm(forms.ModelForm):
    """Graph and state are chosen among those that there are; what is stored and gone by now stays choosable."""

    graph = forms.ChoiceField(label=gettext_lazy("Graph"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    class Meta:
        model = Webhook
        fields = ("url", "graph", "state", "method", "enabled", "is_test")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" in self.fields:
            self.fields["url"].validators.append(URLValidator(schemes=["http", "https"]))
        if "graph" in self.fields:
            graphs = list(Graph.objects.filter(versions__in=_told_versions()).distinct())
            known = [(one.name, str(one)) for one in graphs]
            _offer(self.fields["graph"], [("", _("any")), *known], self.instance.graph)
        if "state" in self.fields:
            _offer(self.fields["state"], [("", _("any")), *_states()], self.instance.state)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        graph, state = data.get("graph"), data.get("state")
        if (
            not (graph and state)
            or state == Webhook.MOVED
            or not ({"graph", "state"} & set(self.changed_data))
        ):
            return data
        if not State.objects.filter(version__graph__name=graph, name=state, webhook=True).exists():
            self.add_error("state", _("Bookings that follow this graph are never in that state."))
        return data


def _told_versions() -> QuerySet[GraphVersion]:
    """What bookings follow, or did."""
    return GraphVersion.objects.exclude(status=GraphVersion.Status.DRAFT)


def _states() -> list[tuple[str, str]]:
    """Each state that webhooks are told of, once, by the words of the newest graph that has it."""
    rows = State.objects.filter(version__in=_told_versions(), webhook=True)
    words = {state.name: str(state) for state in rows.order_by("version__number", "position", "pk")}
    by_words = sorted(words.items(), key=lambda pair: (pair[1], pair[0]))
    shared = {label for label in words.values() if list(words.values()).count(label) > 1}
    named = [(name, f"{label} ({name})" if label in shared else label) for name, label in by_words]
    return [(Webhook.MOVED, _("A booking has a new time")), *named]


def _offer(field: forms.Field, choices: list[tuple[str, str]], stored: str) -> None:
    gone = [(stored, stored)] if stored not in dict(choices) else []
    field.choices = [*choices, *gone]  # type: ignore[attr-defined]


@admin.register(Webhook)
class WebhookAdmin(RecordedAdmin):
    form = WebhookForm
    change_form_template = "admin/bookings/webhook/change_form.html"
    list_display = ["url", "graph", "state", "method", "enabled", "standing", "is_test"]
    list_filter = ["enabled", "is_test", ("paused_at", admin.EmptyFieldListFilter), ("graph", ValuesFilter)]
    search_fields = ["url"]

    @admin.display(description=gettext_lazy("how it stands"))
    def standing(self, webhook: Webhook) -> str:
        if not webhook.enabled:
            return _("off")
        if webhook.paused_at:
            return _("paused: its address takes nothing")
        return _("the last call failed") if webhook.failing_since else _("well")

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("<path:pk>/test/", own(self.send_test), name="bookings_webhook_test"),
            path("<path:pk>/resume/", own(self.resume), name="bookings_webhook_resume"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def send_test(self, request: HttpRequest, pk: str) -> HttpResponse:
        webhook = self._may_press(request, pk)
        webhook_log.send_test(webhook)
        messages.success(request, _("A test is on its way; what came of it stands below “Its calls”."))
        return self._back(webhook)

    @method_decorator(require_POST)
    def resume(self, request: HttpRequest, pk: str) -> HttpResponse:
        webhook = self._may_press(request, pk)
        count = webhook_log.resume(webhook)
        self.log_change(request, webhook, _("Resumed."))
        words = ngettext(
            "It is called again, and told %(count)s thing that it missed, if that is still true.",
            "It is called again, and told %(count)s things that it missed, as far as they are still true.",
            count,
        )
        messages.success(request, words % {"count": count})
        return self._back(webhook)

    def _may_press(self, request: HttpRequest, pk: str) -> Webhook:
        webhook: Webhook = row_or_404(self, request, pk)
        if not self.has_change_permission(request, webhook):
            raise PermissionDenied
        return webhook

    def _back(self, webhook: Webhook) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bookings_webhook_change", args=[webhook.pk]))


class TakenFilter(admin.SimpleListFilter):
    """Whether the other side took it."""

    title = gettext_lazy("answer")
    parameter_name = "taken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("taken")), ("no", _("not taken"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(error="")
        return queryset.exclude(error="") if self.value() == "no" else queryset


@admin.register(WebhookCall)
class WebhookCallAdmin(ReadOnlyAdmin):
    """Each call with what was sent and what came back, for whoever may see webhooks."""

    change_form_template = "admin/bookings/webhookcall/change_form.html"
    list_display = ["at", "address", "call_id", "is_test", "status", "error", "milliseconds"]
    list_filter = [TakenFilter, "is_test"]
    list_select_related = ["webhook"]
    search_fields = ["=call_id", "=booking_id"]
    search_help_text = gettext_lazy("A webhook-id, or a booking’s id.")
    show_full_result_count = False
    actions = ["send_again"]
    fields = [
        "at", "url", "method", "call_id", "booking", "is_test", "status", "error", "answer", "payload", "milliseconds",
    ]  # fmt: skip
    readonly_fields = ["booking"]

    @admin.display(description=gettext_lazy("address"), ordering="url")
    def address(self, call: WebhookCall) -> str:
        return call.url

    @admin.display(description=gettext_lazy("booking"))
    def booking(self, call: WebhookCall) -> str:
        if call.booking_id is None:
            return "–"
        url = reverse("admin:bookings_booking_change", args=[call.booking_id])
        return format_html('<a href="{}">{}</a>', url, _("The booking"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.view_webhook")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_webhook")

    def get_urls(self) -> list[Any]:
        again = self.admin_site.admin_view(self.again)
        return [path("<path:pk>/again/", again, name="bookings_webhookcall_again"), *super().get_urls()]

    @admin.action(description=gettext_lazy("Send again"), permissions=["again"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookCall]) -> None:
        """Also what was taken; a reminder's own address is called by its reminder alone."""
        calls = list(chosen.exclude(webhook=None))
        for call in calls:
            webhook_log.send_again(call)
        words = ngettext("%(count)s call is made again.", "%(count)s calls are made again.", len(calls))
        messages.success(request, words % {"count": len(calls)})

    @method_decorator(require_POST)
    def again(self, request: HttpRequest, pk: str) -> HttpResponse:
        call: WebhookCall = row_or_404(self, request, pk)
        if not self.has_again_permission(request):
            raise PermissionDenied
        self.send_again(request, WebhookCall.objects.filter(pk=call.pk))
        return HttpResponseRedirect(reverse("admin:bookings_webhookcall_change", args=[call.pk]))
