"""Clients that book, move and cancel while things are killed, and note what they were told."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass
class Told:
    """What the clients were told: the state of each booking, by its id; None while an answer is out."""

    states: dict[str, str | None] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def client(number: int, port: int, key: str, resources: list[str], told: Told, until: float) -> None:
    """Book, then move or cancel what was booked; only what was answered counts as told."""
    dice = random.Random(number)
    mine: list[str] = []
    headers = {"Content-Type": "application/json", "Authorization": key}
    while time.monotonic() < until:
        try:
            if mine and dice.random() < 0.4:
                change(dice, port, headers, mine.pop(dice.randrange(len(mine))), told)
            else:
                book(dice, port, headers, dice.choice(resources), told, mine)
        except (OSError, http.client.HTTPException, ValueError):
            told.answers["none"] += 1
            time.sleep(0.2)


def a_time(dice: random.Random) -> dict[str, str]:
    start = datetime(2041, 1, 1, tzinfo=UTC) + dice.randrange(20_000) * timedelta(minutes=30)
    return {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}


def book(dice: random.Random, port: int, headers: Any, resource: str, told: Told, mine: list[str]) -> None:
    words = {"graph": "instant", "what": "Crash", "where": "-", "description": "-", "resource_id": resource}
    customer = {"name": "Crash", "email": f"c{uuid.uuid4().hex[:8]}@example.com"}
    status, data = call(port, "POST", "/v2/bookings", headers, words | a_time(dice) | {"customer": customer})
    told.answers[str(status)] += 1
    if status == 201:
        mine.append(data["id"])
        told.states[data["id"]] = data["state"]


def change(dice: random.Random, port: int, headers: Any, booking: str, told: Told) -> None:
    told.states[booking] = None  # as long as no answer came either state is right
    moves = dice.random() < 0.5
    path = f"/v2/bookings/{booking}/{'reschedule' if moves else 'cancel'}"
    status, data = call(port, "POST" if moves else "PUT", path, headers, a_time(dice) if moves else {})
    told.answers[str(status)] += 1
    if status in {200, 201}:
        told.states[data["id"]] = data["state"]


def call(port: int, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.request(method, path, json.dumps(body), headers)
        answer = caller.getresponse()
        return answer.status, json.loads(answer.read()).get("data")
    finally:
        caller.close()
