"""The first helplines, from helplines.json (K3)."""

import json
from pathlib import Path
from typing import Any

from cems.accounts.models import Helpline
from cems.base.command import command

FILE = Path(__file__).with_name("helplines.json")


@command
def sync(user: None = None) -> str:
    """Put the first helplines in place; what an administrator wrote since stays. Harmless to repeat."""
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    known = set(Helpline.objects.values_list("code", flat=True))
    for row in rows:
        if row["code"] not in known:
            Helpline.objects.create(**row)
    return f"{len(rows)} helplines"
