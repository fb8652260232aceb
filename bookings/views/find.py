"""Find my booking: an address gets one mail with the links of its coming bookings."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.effects.mail import goes_out
from bookings.effects.outbox import enqueue
from bookings.forms.pages import FindForm


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for an address; the answer is the same for every one, at once, whatever is booked under it."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        ask_for_links(form.cleaned_data["email"], timezone.now())
        return redirect(f"{reverse('pages:find')}?sent=1")
    no_mail = "" if goes_out() else _("This site sends no mail at the moment. Please get in touch with us.")
    context = {"form": form, "sent": "sent" in request.GET, "no_mail": no_mail}
    return render(request, "bookings/find.html", context)


def ask_for_links(email: str, now: datetime) -> None:
    """Leave one message for the worker; who asks twice within ten minutes gets one mail."""
    address = email.strip().lower()
    window = int(now.timestamp()) // 600
    digest = hashlib.sha256(address.encode()).hexdigest()[:32]
    payload = {"email": address, "language": get_language()}
    enqueue("links", dedupe_key=f"links:{digest}:{window}", payload=payload)
