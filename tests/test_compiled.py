"""Numbers of other tables, as columns of a row that knows nothing of them."""

import pytest

from bookings.compiled import how_many, is_there
from bookings.models import Booking, Resource
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def test_numbers_of_other_tables_come_with_a_row_by_one_query(django_assert_num_queries):
    doc, other = a_resource(), a_resource()
    for resource, hour in ((doc, 9), (doc, 10), (other, 9)):
        a_booking(resource, at(hour))
    later = Booking.objects.filter(start__gt=at(9)).order_by("start")
    asked = {
        "all": how_many(Booking.objects.all()),
        "resources": how_many(Booking.objects.all(), "resource_id"),
        "later": how_many(later),
        "nobody": how_many(Booking.objects.filter(pk__in=[])),
        "is_later": is_there(later),
        "is_much_later": is_there(later.filter(start__gt=at(12))),
        "is_nobody": is_there(Booking.objects.none()),
    }
    with django_assert_num_queries(1):
        row = vars(Resource.objects.annotate(**asked).get(pk=doc.pk))
    found = {name: row[name] or 0 for name in asked}
    assert found == {
        "all": 3,
        "resources": 2,
        "later": 1,
        "nobody": 0,
        "is_later": 1,
        "is_much_later": 0,
        "is_nobody": 0,
    }
