"""Find my booking: an e-mail address gets one mail with the links of its coming bookings."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.effects.link_mail import ask_for_links
from bookings.forms.pages import FindForm


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for an e-mail address; the answer is the same for every one, at once, whatever is booked under it."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        language = get_language() or settings.LANGUAGE_CODE
        ask_for_links(form.cleaned_data["email"], language=language, now=timezone.now())
        return redirect(f"{reverse('pages:find')}?sent=1")
    sends = settings.MAIL_IS_SET_UP
    no_mail = "" if sends else _("This site sends no mail at the moment. Please get in touch with us.")
    context = {"form": form, "sent": "sent" in request.GET, "no_mail": no_mail}
    return render(request, "bookings/find.html", context)
