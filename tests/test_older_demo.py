"""A demo that an older release made is recognised when its database is migrated, and nothing else is taken for it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookings.demo.make import make_demo, real_data
from bookings.demo.plan import LOCATIONS, MAIL_DOMAIN, PROJECTS, RESOURCES, STAFF
from bookings.demo.remove import remove_demo
from bookings.models import ApiKey, DemoRow, Location, Project, Resource

pytestmark = pytest.mark.django_db(transaction=True)
THEN = (
    ("bookings", "0014_the_demo_plays_payments"),
    ("auth", "0012_alter_user_first_name_max_length"),
)
MARK = {"demo": True}
KINDS = {"location": Location, "resource": Resource, "project": Project, "user": User, "key": ApiKey}


def migrate(*targets: tuple[str, str]) -> Any:
    """Migrate to there, or to the end; answers the models as they are then."""
    executor = MigrationExecutor(connection)
    return executor.migrate(list(targets) or executor.loader.graph.leaf_nodes()).apps


@pytest.fixture(scope="module")
def as_it_was(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database that was migrated from nothing to before the demo's rows were marked."""
    with django_db_blocker.unblock(), another_database("as_it_was", tmp_path_factory.mktemp("older")) as name:
        with opened_instead(name):
            migrate(*THEN)
        yield name


@pytest.fixture
def older(as_it_was: str, transactional_db: None, tmp_path: Path) -> Iterator[Any]:
    """The models of a copy of that database, which is opened in place of the tests' own."""
    with another_database("older", tmp_path, like=as_it_was) as name, opened_instead(name):
        yield migrate(*THEN)


@contextmanager
def another_database(name: str, folder: Path, *, like: str = "") -> Iterator[str]:
    """A new database beside the tests' own, empty or a copy; its name for Django."""
    if connection.vendor == "sqlite":
        file = folder / f"{name}.sqlite3"
        if like:
            shutil.copyfile(like, file)
        yield str(file)
        return
    made = f"{connection.settings_dict['NAME']}_{name}"
    quoted, template = connection.ops.quote_name(made), connection.ops.quote_name(like or "template1")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE {template}")
    try:
        yield made
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


@contextmanager
def opened_instead(name: str) -> Iterator[None]:
    tests_own = connection.settings_dict["NAME"]
    open_instead(name)
    try:
        yield
    finally:
        open_instead(tests_own)


def open_instead(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def make_older_demo(apps: Any) -> None:
    """The rows as that release made them: marked by ``meta``, by an address, or by nothing but their name."""
    location, resource, project, key = (
        apps.get_model("bookings", name) for name in ("Location", "Resource", "Project", "ApiKey")
    )
    places = {
        city: location.objects.create(name=about["name"], timezone=about["timezone"], meta=MARK)
        for city, about in LOCATIONS.items()
    }
    for slug, (name, city) in RESOURCES.items():
        values = {"name": name, "location": places[city], "timezone": places[city].timezone}
        resource.objects.create(slug=slug, email=f"{slug}@{MAIL_DOMAIN}", meta=MARK, **values)
    for plan in PROJECTS:
        made = project.objects.create(
            slug=plan["slug"], name=plan["name"], booking=plan["booking"], meta=MARK
        )
        link = apps.get_model("bookings", "ProjectResource").objects
        for place, slug in enumerate(plan["resources"]):
            link.create(project=made, resource=resource.objects.get(slug=slug), position=place)
    for kind in ("server", "widget"):
        key.objects.create(kind=kind, name="Demo", digest=f"demo {kind}")
    for username in STAFF.values():
        apps.get_model("auth", "User").objects.create(
            username=username, email=f"{username}@{MAIL_DOMAIN}", is_staff=True
        )


def make_own_rows(apps: Any) -> dict[str, Any]:
    """One of each kind that staff made, as much like the demo's as people make them; their ids."""
    location, resource, project, key = (
        apps.get_model("bookings", name) for name in ("Location", "Resource", "Project", "ApiKey")
    )
    place = location.objects.create(name="Ateliers am Ufer", timezone="Europe/Berlin")
    values = {"name": "Katharina Brandt", "email": "katharina@salon.example", "timezone": "Europe/Berlin"}
    katharina = resource.objects.create(slug="katharina-2", location=place, meta={"demo": False}, **values)
    talk = project.objects.create(slug="first-talk-2", name="First talk", booking={"graph": "instant"})
    apps.get_model("bookings", "ProjectResource").objects.create(project=talk, resource=katharina)
    user = apps.get_model("auth", "User").objects.create(
        username="anna", email=f"anna@{MAIL_DOMAIN}.org", is_staff=True, is_superuser=True
    )
    website = key.objects.create(kind="server", name="Demo shop", digest="website")
    rows = {"location": place, "resource": katharina, "project": talk, "user": user, "key": website}
    return {kind: row.pk for kind, row in rows.items()}


def counts() -> dict[str, int]:
    return {kind: model._base_manager.count() for kind, model in KINDS.items()}


def test_only_the_demos_rows_are_marked_and_only_they_go(older: Any) -> None:
    make_older_demo(older)
    demo = {kind: {str(row.pk) for row in rows_of(older, kind)} for kind in KINDS}
    own = make_own_rows(older)
    renamed = older.get_model("bookings", "Resource").objects.filter(slug="aiko")
    renamed.update(slug="aiko-and-team", name="Aiko and team")
    migrate()
    assert {kind: set(DemoRow.objects.ids(kind)) for kind in KINDS} == demo
    assert real_data() == []
    remove_demo()
    assert {kind: [row.pk for row in model._base_manager.all()] for kind, model in KINDS.items()} == {
        kind: [pk] for kind, pk in own.items()
    }


def rows_of(apps: Any, kind: str) -> Any:
    return apps.get_model(KINDS[kind]._meta.label).objects.all()


def test_a_demo_that_is_there_is_found_and_not_made_a_second_time(older: Any) -> None:
    make_older_demo(older)
    models = migrate()
    before = counts()
    import_module("bookings.migrations.0016_marks_of_a_demo_that_is_there").mark(models, None)
    assert DemoRow.objects.count() == sum(before.values())  # marked again, still once
    make_demo(test=False)
    assert counts() == before | {"key": before["key"] + 2}


def test_without_a_demo_nothing_is_taken_for_one_whatever_it_is_called(older: Any) -> None:
    make_own_rows(older)
    for name in ("Demo", "demo"):
        older.get_model("bookings", "ApiKey").objects.create(kind="server", name=name, digest=name)
    migrate()
    assert not DemoRow.objects.exists()
    assert counts()["key"] == 3
