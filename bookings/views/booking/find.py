"""Find my booking: an address gets one mail with the links of its coming bookings, a number a text with the next."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import texting
from bookings.client_address import counted_digest
from bookings.effects.link_mail import ask_for_links
from bookings.effects.link_texts import ask_for_link
from bookings.forms.pages import FindForm


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for an e-mail address or a number; the answer is the same for every one, at once, whatever is booked."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        language = get_language() or settings.LANGUAGE_CODE
        now, typed = timezone.now(), form.cleaned_data
        if typed.get("email"):
            ask_for_links(typed["email"], language=language, now=now)
        if typed.get("phone"):
            ask_for_link(typed["phone"], language=language, asked_from=counted_digest(request), now=now)
        return redirect(f"{reverse('pages:find')}?sent=1")
    texts = texting.is_set_up()
    sends = settings.MAIL_IS_SET_UP or texts
    no_mail = "" if sends else _("This site sends no mail at the moment. Please get in touch with us.")
    context = {"form": form, "sent": "sent" in request.GET, "no_mail": no_mail, "texts": texts}
    return render(request, "bookings/find.html", context)
