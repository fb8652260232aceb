"""Whether an answer is what the API's description says of it: no field more, none less, each of its type and format."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from bookings.api import urls  # noqa: F401  # mounts the calls
from bookings.api.reference.openapi import description

# Retired calls and those that wait are left out of the description; 421 is told by the site before the API is asked.
NOT_DESCRIBED = {410, 421, 501}
Json = dict[str, Any]


def check(method: str, path: str, response: HttpResponse) -> None:
    """Raise ``AssertionError`` where the call is described and its answer is something else."""
    operation = operation_of(method, path)
    if operation is None or response.status_code in NOT_DESCRIBED:
        return
    wrong = wrongs(*operation, response)
    assert not wrong, f"{method} {path}, {response.status_code}: {wrong}\n{response.content[:2000]!r}"


def wrongs(method: str, template: str, response: HttpResponse) -> list[str]:
    """What is wrong with an answer to a described call."""
    status = str(response.status_code)
    if status not in description_of_answers(method, template):
        return [f"{status} is not described"]
    validator = validator_of(method, template, status)
    if validator is None:
        return []
    return [
        f"{error.instance_path}: {error.message}"
        for error in validator.iter_errors(json.loads(response.content))
    ]


def operation_of(method: str, path: str) -> tuple[str, str] | None:
    """The described call of a path under ``/v2``, as ``(method, template)``."""
    bare = "/v2" + path.partition("?")[0].rstrip("/")
    for template, pattern in _patterns():
        if pattern.fullmatch(bare):
            return (method.lower(), template) if method.lower() in closed()["paths"][template] else None
    return None


def description_of_answers(method: str, template: str) -> Json:
    answers: Json = closed()["paths"][template][method]["responses"]
    return answers


@cache
def closed() -> Json:
    """The description, where whatever is answered has the properties that are named and no others."""
    whole = deepcopy(description())
    for name, schema in whole["components"]["schemas"].items():
        if "properties" in schema and not name.endswith("In"):
            schema.setdefault("additionalProperties", False)
    return whole


@cache
def validator_of(method: str, template: str, status: str) -> jsonschema_rs.Draft202012Validator | None:
    """None for an answer that is no JSON."""
    schema = schema_of(method, template, status)
    if schema is None:
        return None
    whole = {**schema, "components": closed()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def schema_of(method: str, template: str, status: str) -> Json | None:
    content = description_of_answers(method, template)[status].get("content", {})
    schema: Json | None = content.get("application/json", {}).get("schema")
    return schema


def fields_in(schema: Json, value: Any) -> Iterator[tuple[str, str]]:
    """Every field of a component that ``value`` has, as ``(component, field)``."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        component = closed()["components"]["schemas"][name]
        if isinstance(value, dict):
            yield from ((name, field) for field in component["properties"] if field in value)
        yield from fields_in(component, value)
    for choice in schema.get("anyOf", []):
        whole = {**choice, "components": closed()["components"]}
        if jsonschema_rs.Draft202012Validator(whole).is_valid(value):
            yield from fields_in(choice, value)
    if isinstance(value, list):
        for item in value:
            yield from fields_in(schema.get("items", {}), item)
    if isinstance(value, dict):
        for field, inner in schema.get("properties", {}).items():
            if field in value:
                yield from fields_in(inner, value[field])


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Templates and what matches them, literal paths before those with parameters."""
    templates = sorted(closed()["paths"], key=lambda one: [part.startswith("{") for part in one.split("/")])
    return [(one, re.compile(re.sub(r"\{\w+\}", "[^/]+", one).rstrip("/"))) for one in templates]


def calls() -> set[tuple[str, str]]:
    """Every described call, as ``(method, template)``."""
    return {(method, template) for template, found in closed()["paths"].items() for method in found}


def fields() -> set[tuple[str, str]]:
    """Every field of every component that answers consist of, as ``(component, field)``."""
    found: set[tuple[str, str]] = set()
    for method, template in calls():
        for status in description_of_answers(method, template):
            found |= set(_fields_of(schema_of(method, template, status) or {}))
    return found


def _fields_of(schema: Json, above: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in above:
        component = closed()["components"]["schemas"][name]
        yield from ((name, field) for field in component.get("properties", {}))
        yield from _fields_of(component, above | {name})
    for inner in (*schema.get("anyOf", []), *schema.get("properties", {}).values(), schema.get("items")):
        if inner:
            yield from _fields_of(inner, above)
