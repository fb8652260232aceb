import pytest

from bookings.models import Project
from tests.situations import a_project

pytestmark = pytest.mark.django_db


def test_the_questions_of_a_project_keep_the_order_in_which_staff_put_them():
    questions = ["phone", "name", "a_much_longer_key", "b", "email"]
    project = a_project(customer_fields={key: {"title": key} for key in questions})
    assert list(Project.objects.get(pk=project.pk).customer_fields) == questions
