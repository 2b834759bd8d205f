"""The migrations' checks: every model's state is in a migration, and no migration is unsafe to run live."""

import os
import sys
from pathlib import Path


def main() -> int:
    """Run both checks as the database's owner; 1 if either finds something."""
    os.environ["CEMS_DATABASE_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")
    import django
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django_migration_linter import MigrationLinter

    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        sys.stderr.write("Models have changed without a migration: run manage.py makemigrations.\n")
        return 1
    # Other people's apps are released by them; ours are those outside the virtual environment.
    ours = [app.label for app in apps.get_app_configs() if Path(sys.prefix) not in Path(app.path).parents]
    linter = MigrationLinter(
        str(settings.BASE_DIR),
        include_apps=ours,
        no_cache=True,
        ignore_initial_migrations=True,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
