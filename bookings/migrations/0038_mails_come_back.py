"""A customer's row tells whether a mail to the address came back, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0037_words_of_mails")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="returned_email",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=254,
                verbose_name="address whose mail came back",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="returned_words",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=200,
                verbose_name="why it came back",
            ),
        ),
    ]
