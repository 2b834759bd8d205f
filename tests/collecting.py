"""What each app's tests say beside them (`addresses.py`, `story.py`, `query_counts.json`), put together.

`tests/<app>/…`, or `tests/<app>/<area>/…` for an app of several areas.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps

TESTS = Path(__file__).parent


def _floors() -> dict[str, int]:
    """The folders of tests by their app, lowest floor first."""
    names = [config.name.removeprefix("cems.") for config in apps.get_app_configs()]
    return {name: floor for floor, name in enumerate(names)}


@cache
def modules(stem: str) -> tuple[ModuleType, ...]:
    """Every `stem.py` in the tests of an app, from the lowest floor up; an app's own before those of its areas."""
    floors = _floors()
    files = [file for file in TESTS.rglob(f"{stem}.py") if file.relative_to(TESTS).parts[0] in floors]
    files.sort(key=lambda file: (floors[file.relative_to(TESTS).parts[0]], len(file.parts), file))
    return tuple(
        import_module(".".join(("tests", *file.relative_to(TESTS).with_suffix("").parts))) for file in files
    )


def gathered(stem: str, name: str) -> dict[str, Any]:
    """The entries that the apps' files of this stem have under `name`; two for one key are a mistake."""
    merged: dict[str, Any] = {}
    for module in modules(stem):
        entries = getattr(module, name, {})
        if twice := merged.keys() & entries.keys():
            raise ValueError(f"{module.__name__}: {', '.join(sorted(twice))} is said in two files")
        merged |= entries
    return merged


def hooks(stem: str, name: str) -> Iterator[Any]:
    """The functions of this name in the apps' files of this stem, from the lowest floor up."""
    return (getattr(module, name) for module in modules(stem) if hasattr(module, name))


def folder_of(view: str) -> Path:
    """Where the tests of a view are, by the view's dotted name; other people's views are with accounts."""
    app, area, *_ = view.removeprefix("cems.").split(".")
    if (TESTS / app / area / "addresses.py").exists():
        return TESTS / app / area
    if (TESTS / app).is_dir():
        return TESTS / app
    return TESTS / ("base" if view.startswith("cems.") else "accounts")
