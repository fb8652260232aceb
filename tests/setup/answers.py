"""Answers to the first questions, as options and as somebody types them."""

from io import StringIO
from typing import Any

from django.core.management import call_command

ANSWERS = {
    "name": "Salon Anna",
    "language": "English",
    "country": "Germany",
    "address": "Hauptstr. 1, 10115 Berlin",
    "phone": "030 1234567",
    "email": "hello@salon.example",
    "login": "anna",
    "password": "a quiet Tuesday 7",
    "hours": ["Mon-Fri 9-18", "Sat 10-14"],
    "people": "Anna, Ben",
    "service": "Haircut",
    "length": "45",
    "price": "35",
}


def run_setup(*flags: str, **answers: Any) -> str:
    """Run the command with these answers as its options and return what it said."""
    told = StringIO()
    words = [
        f"--{name}={one}"
        for name, value in answers.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    call_command("setup", "--yes", *flags, *words, stdout=told)
    return told.getvalue()
