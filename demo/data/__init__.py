"""The invented people, evidence and words the partnership is filled with."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Any:
    """The content of one data file, read once; callers only read it."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
