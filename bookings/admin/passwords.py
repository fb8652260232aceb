"""Setting a password by a one-time link, and what to do for such a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.client_address import client_network
from bookings.mailing import Mailing, mailing
from bookings.rate_limits import spend
from bookings.setup.staff_links import LONGEST_NAME, ask_for_link, is_unspent, tokens

MOST_A_MINUTE = 5


class SetPassword(PasswordResetConfirmView):
    """Django's own, on a page of the desk; whoever set a password is logged in."""

    template_name = "admin/set_password.html"
    token_generator = tokens
    post_reset_login = True
    post_reset_login_backend = "bookings.staff_limits.StaffBackend"
    success_url = reverse_lazy("admin:index")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        if not is_unspent(form.user, self.request.session.get(INTERNAL_RESET_SESSION_TOKEN, "")):
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return admin.site.each_context(self.request) | context | {"title": _("Choose your password")}


class ForgottenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Login name or e-mail address"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do about a forgotten password; the answer is the same for every name, known or not."""
    sends = mailing() is Mailing.SENT
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if sends and request.method == "POST" and form.is_valid():
        usage = spend(f"forgotten:{client_network(request)}", MOST_A_MINUTE)
        if usage is not None and usage.exceeded:
            return _page(request, form, sends=True, too_often=True, status=429)
        language = get_language() or settings.LANGUAGE_CODE
        ask_for_link(form.cleaned_data["name"], language=language, now=timezone.now())
        return HttpResponseRedirect(f"{reverse('forgotten_password')}?sent=1")
    return _page(request, form, sends=sends)


def _page(request: HttpRequest, form: ForgottenForm, *, status: int = 200, **context: Any) -> HttpResponse:
    whole = {"title": _("Forgotten your password?"), "form": form, "sent": "sent" in request.GET} | context
    return TemplateResponse(
        request, "admin/forgotten_password.html", admin.site.each_context(request) | whole, status=status
    )
