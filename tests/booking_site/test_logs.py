"""Log lines are JSON and hold nothing about a person."""

import json
import logging
import sys

import structlog
from django.db import IntegrityError
from django.test import Client

from booking_site.logs import json_formatter


def line(record: logging.LogRecord) -> dict[str, object]:
    return json.loads(json_formatter().format(record))


def record_of(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except type(error):
        return logging.LogRecord("bookings", logging.ERROR, __file__, 1, "It failed", None, sys.exc_info())


def test_a_missing_page_is_logged_without_its_path(caplog, db) -> None:
    Client().get("/b/secret-of-a-customer/?email=marty@example.com")
    record = next(record for record in caplog.records if record.name == "django.request")
    logged = line(record)
    assert logged["status"] == 404
    assert "secret" not in json.dumps(logged)
    assert "marty" not in json.dumps(logged)


def test_an_exception_is_logged_by_its_type_and_frames_not_by_words_that_quote_input() -> None:
    logged = line(record_of(ValueError("invalid literal: 'marty@example.com'")))
    assert logged["exception"] == "ValueError"
    assert "record_of" in str(logged["frames"])
    assert "marty" not in json.dumps(logged)


def test_a_databases_own_words_are_logged_without_the_rows_values() -> None:
    logged = line(record_of(IntegrityError("violates “x”\nDETAIL:  Key (email)=(marty@example.com) exists.")))
    assert logged["message"] == "violates “x”"
    assert "marty" not in json.dumps(logged)


def test_an_exception_that_structlog_logs_tells_as_much(capsys) -> None:
    log = structlog.get_logger("bookings.test")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_formatter())
    logging.getLogger("bookings.test").addHandler(handler)
    try:
        try:
            raise ValueError("marty@example.com")
        except ValueError:
            log.exception("it_failed", kind="mail")
    finally:
        logging.getLogger("bookings.test").removeHandler(handler)
    logged = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (logged["exception"], logged["kind"]) == ("ValueError", "mail")
    assert "test_logs.py" in str(logged["frames"])
