from typing import Any

from django.db import migrations


def remove_copies(apps: Any, schema_editor: Any) -> None:
    """Remove the copies of people's addresses that sign-in kept beside their accounts.

    They were made with each invitation, marked unverified, so that no second factor could be set up; and one made
    before a mistyped address was corrected still led to the account. The address of an account is `User.email`.
    """
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_single_keys"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(remove_copies, migrations.RunPython.noop),
    ]
