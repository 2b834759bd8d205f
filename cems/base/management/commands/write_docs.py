"""manage.py write_docs"""

from typing import Any

from django.core.management.base import BaseCommand

from cems.base.documentation import pages


class Command(BaseCommand):
    help = "Write the parts of docs/ that follow from code: the slots, and what is kept about a child."

    def handle(self, *args: Any, **options: Any) -> None:
        for path, text in pages():
            path.write_text(text, "utf-8")
            self.stdout.write(f"docs/{path.name}")
