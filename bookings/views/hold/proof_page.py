"""Under attack a hold costs a proof of work: the page that has the browser do it, and sends the same form again."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings import database_clock
from bookings.errors import ProofNeeded
from bookings.models import Project
from bookings.proofs import Proof, challenge, read_proof
from bookings.views.hold.visitor_token import COOKIE
from bookings.views.page_urls import carried_query, page_url

FIELD = "proof"
NOT_CARRIED = {"csrfmiddlewaretoken", FIELD}


def brought_proof(request: HttpRequest, project: Project) -> Proof | None:
    """The proof that the form brings, if it is one for this project."""
    return read_proof(request.POST.get(FIELD, ""), project.pk)


def proof_page(request: HttpRequest, project: Project, error: ProofNeeded, token: str) -> HttpResponse:
    """429, and the form once more with a challenge; without a script it says when to come again, and whom to phone."""
    seconds = int(error.data.get("seconds", 60))
    sent = [(name, values) for name, values in request.POST.lists() if name not in NOT_CARRIED | {COOKIE}]
    context: dict[str, Any] = {
        "action": request.get_full_path(),
        "hidden": [
            {"name": name, "value": value} for name, values in [(COOKIE, [token]), *sent] for value in values
        ],
        "challenge": json.dumps(challenge(project.pk, database_clock.now())),
        "minutes": -(-seconds // 60),
        "at_most": error.data.get("at_most"),
        "back_url": page_url(request, "choose", project.slug, query=carried_query(request)),
    }
    response = render(request, "bookings/proof.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
