"""Bookings that should have a link and have none are counted on every page of the desk."""

from django.db import migrations, models
from django.db.models import Q

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0061_bookings_meet_online")]

    operations = [
        AddIndexOnline(
            "booking",
            models.Index(
                fields=["start"],
                name="booking_without_link",
                condition=~Q(meeting="") & Q(meeting_url=""),
            ),
        ),
    ]
