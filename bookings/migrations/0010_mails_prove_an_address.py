"""Opening a link of a mail proves that mails to an address arrive."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0009_proofs_of_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="mail_opened_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="opened a link in a mail"),
        ),
    ]
