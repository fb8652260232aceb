"""Who does what: the options of a project by its people, each pair a tick and, where they differ, length and price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings import typed_amounts, typed_durations
from bookings.availability.links import own_of
from bookings.availability.why_not_offered import read_parts
from bookings.models import Option, OptionResource, Project, ProjectResource
from bookings.money import money
from bookings.times import duration_in_words
from bookings.typed_fields import LineInput
from bookings.validators import validate_digits

BETWEEN = " · "
MOST_PAIRS = 200
"""So many stand in the table of a project; where there are more, each resource's own page in it has its options."""
_PARTED = re.compile(r"[·;|]")


class Own(NamedTuple):
    """What differs for a pair; None where the option's holds."""

    length: timedelta | None = None
    price: Decimal | None = None


def in_words(length: timedelta | None, price: Decimal | None, currency: str) -> str:
    """Like "45 minutes · €38"; only what there is."""
    said = [duration_in_words(length) if length else "", "" if price is None else money(price, currency)]
    return BETWEEN.join(part for part in said if part)


class OwnField(LineInput):
    """A length, a price, or both: "45 min · 38"; its value is an ``Own``."""

    def __init__(self, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(required=False, max_length=100, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return in_words(*value, self.currency) if isinstance(value, Own) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        parts = [part.strip() for part in _PARTED.split(super().clean(value)) if part.strip()]
        if len(parts) > 2:
            raise _neither()
        if len(parts) == 2:
            return Own(_length(parts[0]), self._price(parts[1]))
        return self._either(parts[0]) if parts else Own()

    def _either(self, text: str) -> Own:
        with suppress(ValidationError):
            return Own(length=_length(text))
        with suppress(ValidationError):
            return Own(price=self._price(text))
        raise _neither()

    def _price(self, text: str) -> Decimal:
        price = typed_amounts.read(text, self.currency)
        try:
            validate_digits(price, self.currency)
        except ValidationError as error:  # it names the column, which here is a part of the text
            raise ValidationError(error.messages) from None
        return price


def _neither() -> ValidationError:
    return ValidationError(_("Write a length, a price, or both, like “45 minutes · 38”."))


def _length(text: str) -> timedelta:
    length = typed_durations.read(text)
    if not length:
        raise ValidationError(_("This must be longer than nothing."))
    return length


@dataclass(frozen=True)
class Pair:
    """An option and a resource of the project, and the names of what is asked of them."""

    option: Option
    link: ProjectResource

    @property
    def does(self) -> str:
        return f"does-{self.option.pk}-{self.link.pk}"

    @property
    def own(self) -> str:
        return f"own-{self.option.pk}-{self.link.pk}"


class WhoDoesWhat(forms.ModelForm):
    """For the page of a project: what each pair of its saved options and resources says."""

    instance: Project

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options: list[Option] = []
        self.links: list[ProjectResource] = []
        self.too_many = False
        if self.instance._state.adding or not self.fields:
            return
        read_parts([self.instance])  # and once a page: it also says why nobody can book
        self.options = list(self.instance.options.all())
        self.links = [link for link in self.instance.links.all() if link.resource.deleted_at is None]
        self.too_many = len(self.options) * len(self.links) > MOST_PAIRS
        if self.too_many:
            self.links = []
        for pair in self._pairs():
            self._ask(pair)

    def _pairs(self) -> Iterator[Pair]:
        return (Pair(option, link) for option in self.options for link in self.links)

    def _ask(self, pair: Pair) -> None:
        said, option = own_of(pair.link, pair.option), pair.option
        names = {"option": option, "resource": pair.link.resource}
        does = forms.BooleanField(required=False, label=_("%(resource)s does %(option)s") % names)
        own = OwnField(option.currency, label=_("%(option)s with %(resource)s: own length and price") % names)
        does.widget.attrs["aria-label"], own.widget.attrs["aria-label"] = does.label, own.label
        own.widget.attrs |= {"placeholder": in_words(option.length, option.price, option.currency)}
        self.fields[pair.does], self.fields[pair.own] = does, own
        self.initial[pair.does], self.initial[pair.own] = said.offered, Own(said.length, said.price)

    @property
    def who_does_what(self) -> list[dict[str, Any]]:
        """The rows of the table: an option each, with what is asked of everybody."""
        return [
            {
                "option": option,
                "cells": [
                    (self[pair.does], self[pair.own]) for link in self.links for pair in [Pair(option, link)]
                ],
            }
            for option in self.options
        ]

    def save_who_does_what(self) -> None:
        """Write the pairs that were changed and still are; one that says nothing of its own needs no row."""
        options = set(self.instance.options.values_list("pk", flat=True))
        links = set(self.instance.links.values_list("pk", flat=True))
        for pair in self._pairs():
            shown = self.add_prefix(pair.own) in self.data  # an unticked box alone is not sent
            changed = {pair.does, pair.own} & set(self.changed_data)
            if shown and changed and pair.option.pk in options and pair.link.pk in links:
                self._save(pair)

    def _save(self, pair: Pair) -> None:
        does, own = self.cleaned_data[pair.does], self.cleaned_data[pair.own]
        row = OptionResource.objects.filter(option=pair.option, link=pair.link).first()
        if does and own == Own():
            if row:
                row.delete()
            return
        row = row or OptionResource(option=pair.option, link=pair.link)
        row.offered, row.length, row.price = does, own.length, own.price
        row.save()
