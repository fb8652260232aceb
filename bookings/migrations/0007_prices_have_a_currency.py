"""Where none was chosen, amounts were meant in the site's currency, and now say so."""

from django.db import migrations


def name_it(apps, schema_editor):
    site_model, option_model, booking_model = (
        apps.get_model("bookings", name) for name in ("Site", "Option", "Booking")
    )
    site = site_model.objects.filter(pk=1).first() or site_model()
    option_model.objects.filter(currency="").update(currency=site.currency)
    booking_model.objects.filter(currency="", price__isnull=False).update(currency=site.currency)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_prices_have_three_decimals")]
    operations = [migrations.RunPython(name_it, migrations.RunPython.noop)]
