from datetime import timedelta

import pytest

from bookings.models import Option, Project
from tests.situations import a_project

pytestmark = pytest.mark.django_db


def test_the_questions_of_a_project_keep_the_order_in_which_staff_put_them():
    questions = ["phone", "name", "a_much_longer_key", "b", "email"]
    project = a_project(customer_fields={key: {"title": key} for key in questions})
    assert list(Project.objects.get(pk=project.pk).customer_fields) == questions


def test_an_option_is_called_by_its_label_or_by_its_length():
    assert str(Option(label="Long", length=timedelta(minutes=90))) == "Long"
    assert str(Option(length=timedelta(minutes=90))) == "1 hour 30 minutes"
