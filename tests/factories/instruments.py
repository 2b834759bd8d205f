"""A second version of the instrument for tests, made of the first in place of the product's own second."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from matrix.instrument import loader

GONE = "home-conflict"
RENAMED, NAMED_NOW = "sexual-grooming", "sexual-befriended"
MERGED, MERGED_NOW = ("home-parental-substances", "home-parental-mental-health"), "home-parental-health"
NEW = "home-new-question"


@contextmanager
def first_version_alone(folder: Path) -> Iterator[None]:
    """For the length of the block the product has its first version only, whatever it has published since."""
    ours = loader.FOLDER
    shutil.copy(ours / "ce-matrix-1.json", folder)
    loader.FOLDER = folder
    loader._files.cache_clear()
    try:
        yield
    finally:
        loader.FOLDER = ours
        loader._files.cache_clear()


def second_version(folder: Path, published: date, *, number: int = 2) -> None:
    """Write the version after the first: one question gone, one asked differently, two made one, one new."""
    data: dict[str, Any] = json.loads((loader.FOLDER / "ce-matrix-1.json").read_text(encoding="utf-8"))
    data |= {"version": number, "published": published.isoformat()}
    for group in data["groups"]:
        group["indicators"] = [
            _later(indicator)
            for indicator in group["indicators"]
            if indicator["code"] not in {GONE, MERGED[1]}
        ]
    home = next(group for group in data["groups"] if group["code"] == "home")
    home["indicators"].append(
        {**home["indicators"][0], "code": NEW, "text": "An invented question", "help": ""}
    )
    (folder / f"ce-matrix-{number}.json").write_text(json.dumps(data), encoding="utf-8")


def _later(indicator: dict[str, Any]) -> dict[str, Any]:
    if indicator["code"] == RENAMED:
        return {
            **indicator,
            "code": NAMED_NOW,
            "text": "Somebody befriends the child for harm",
            "replaces": [RENAMED],
        }
    if indicator["code"] == MERGED[0]:
        return {
            **indicator,
            "code": MERGED_NOW,
            "text": "A parent's own health gets in the way",
            "replaces": [*MERGED],
        }
    return indicator
