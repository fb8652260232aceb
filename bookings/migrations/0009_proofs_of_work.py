"""A proof of work is spent once, and lifts the caps for one hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_zones_follow_the_site"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpentProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "spent proof of work",
                "verbose_name_plural": "spent proofs of work",
            },
        ),
        migrations.AddField(
            model_name="reservation",
            name="proven",
            field=models.BooleanField(
                default=False,
                help_text="Whoever holds it has done the work that the site asks under attack.",
                verbose_name="proven",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("proven", False), models.Q(("address", ""), _negated=True)),
                fields=["project", "expires_at"],
                name="reservation_unproven",
            ),
        ),
        migrations.AddConstraint(
            model_name="spentproof",
            constraint=models.UniqueConstraint(fields=("digest",), name="a_proof_is_spent_once"),
        ),
    ]
