"""The table of a project's page at the desk: its options by its people."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.admin import who_does_what
from bookings.models import Option, OptionResource
from tests.admin.conftest import text_of, values_of
from tests.situations import a_project, a_resource, own_terms

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def salon(anna):
    """Cut and Colour with Anna and Ben."""
    project = a_project(anna, a_resource(name="Ben"))
    project.options.update(label="Cut", price=40)
    Option.objects.create(project=project, label="Colour", length=120 * MINUTES, price=90, position=1)
    return project


def page(project):
    return reverse("admin:bookings_project_change", args=[project.pk])


def names(project, option, resource):
    """The names of the tick and of the text of a pair."""
    link = project.links.get(resource=resource)
    pair = f"{project.options.get(label=option).pk}-{link.pk}"
    return f"does-{pair}", f"own-{pair}"


def saved(manager, project, **typed):
    return manager.post(page(project), values_of(manager.get(page(project))) | typed)


def row(project, option, resource):
    rows = OptionResource.objects.filter(option__label=option, link__project=project)
    return rows.filter(link__resource=resource).first()


def without_tick(manager, project, name):
    values = values_of(manager.get(page(project)))
    del values[name]
    return manager.post(page(project), values)


def test_the_table_names_everybody_and_every_option_with_what_it_usually_is(manager, salon):
    shown = text_of(manager.get(page(salon)))
    assert "Who does what" in shown
    assert "Anna" in shown
    assert "Ben" in shown
    assert 'placeholder="2 hours · €90"' in manager.get(page(salon)).content.decode()


def test_a_page_that_is_saved_as_it_was_writes_no_rows(manager, salon):
    assert saved(manager, salon).status_code == 302
    assert not OptionResource.objects.exists()


def test_who_does_not_do_an_option_is_unticked(manager, salon, anna):
    does, _own = names(salon, "Colour", anna)
    assert without_tick(manager, salon, does).status_code == 302
    assert row(salon, "Colour", anna).offered is False
    assert saved(manager, salon, **{does: "on"}).status_code == 302
    assert row(salon, "Colour", anna) is None


@pytest.mark.parametrize(
    ("typed", "length", "price"),
    [
        ("45 min · 38", 45 * MINUTES, 38),
        ("45 minutes; 38.50 €", 45 * MINUTES, 38.5),
        ("1 hour 30 minutes", 90 * MINUTES, None),
        ("€38", None, 38),
        ("38", None, 38),
        ("", None, None),
    ],
)
def test_a_pair_has_its_own_length_and_price_in_one_text(manager, salon, anna, typed, length, price):
    own_terms(salon, anna, price=1)
    _does, own = names(salon, "Cut", anna)
    assert saved(manager, salon, **{own: typed}).status_code == 302
    found = row(salon, "Cut", anna)
    assert (found and (found.length, found.price)) == ((length, price) if typed else None)
    assert row(salon, "Colour", anna).price == 1


@pytest.mark.parametrize(
    "typed", ["soon", "45 min · 38 · 2", "38 · 45 min", "0 minutes · 38", "45 min · -3", "45 min · $38"]
)
def test_what_is_neither_is_refused_beside_the_pair_and_kept(manager, salon, anna, typed):
    _does, own = names(salon, "Cut", anna)
    answer = saved(manager, salon, **{own: typed})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [own]
    assert values_of(answer)[own] == typed
    assert not OptionResource.objects.exists()


def test_a_page_from_before_an_option_was_added_says_nothing_of_it(manager, salon, anna):
    values = values_of(manager.get(page(salon)))
    Option.objects.create(project=salon, label="Beard", length=15 * MINUTES, position=2)
    manager.post(page(salon), values)
    assert row(salon, "Beard", anna) is None


def test_where_there_are_too_many_each_resource_has_its_options_on_its_own_page(
    manager, salon, anna, monkeypatch
):
    monkeypatch.setattr(who_does_what, "MOST_PAIRS", 3)
    shown = text_of(manager.get(page(salon)))
    assert "too many for a table" in shown
    assert 'name="does-' not in shown
    assert saved(manager, salon).status_code == 302
    link = salon.links.get(resource=anna)
    its_own = reverse("admin:bookings_projectresource_change", args=[link.pk])
    colour = salon.options.get(label="Colour")
    other = a_project(a_resource()).options.get()
    values = values_of(manager.get(its_own))
    row_of = {
        "at_options-0-option": str(colour.pk),
        "at_options-0-length": "45 min",
        "at_options-0-price": "38",
    }
    assert manager.post(its_own, values | row_of | {"at_options-0-option": str(other.pk)}).status_code == 200
    assert manager.post(its_own, values | row_of).status_code == 302
    assert (row(salon, "Colour", anna).length, row(salon, "Colour", anna).price) == (45 * MINUTES, 38)


def test_the_history_of_the_project_tells_of_the_pairs(manager, salon, anna):
    _does, own = names(salon, "Cut", anna)
    saved(manager, salon, **{own: "45 min"})
    saved(manager, salon, **{own: "50 min"})
    told = text_of(manager.get(reverse("admin:bookings_project_history", args=[salon.pk])))
    assert "Cut · Anna" in told
    assert "45 minutes" in told
    assert "50 minutes" in told


def test_who_may_only_look_sees_no_boxes(desk, salon, anna):
    answer = desk.get(page(salon))
    assert answer.status_code in (200, 403)
    assert "does-" not in answer.content.decode()
