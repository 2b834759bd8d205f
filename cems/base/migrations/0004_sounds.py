"""The extension that knows how names sound (C1)."""

from django.db import migrations


class Migration(migrations.Migration):
    """A trusted extension: the owner of the database may make it, where roles.sql has not. Going back leaves it,
    since it may be the superuser's, and nothing stands on it then."""

    dependencies = [
        ("base", "0003_presence"),
    ]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch", migrations.RunSQL.noop),
    ]
