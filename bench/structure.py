"""Makes the empty CEMS database of the benchmark; run by `bench.server` as the owner, in a process of its own."""

import io

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    for command in ("migrate", "sync_reference"):
        call_command(command, verbosity=0, stdout=io.StringIO())
