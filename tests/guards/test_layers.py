"""Imports, foreign keys and dotted strings only point down (docs/architecture.md)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignObject, ManyToManyField

from tests.guards.source import ROOT, dotted, hand_written, package_of, packages, ranks, strings, told

# Of the project itself, not of a floor: they name apps only to start them.
OF_THE_PROJECT = {
    "cems.settings": "lists the apps",
    "cems.environment": "reads variables",
    "cems.retired_settings": "names variables that are no longer read",
    "cems.celery": "starts Celery",
    "cems.beat": "is Celery's beat",
    "cems.asgi": "starts the web process",
    "cems.wsgi": "starts the web process",
    "cems.local": "starts servers; imports nothing of the product",
}
DOWN = "call down, publish an event (events.py), or fill a slot (slots.py of the app below)."


def test_imports_point_down() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, told(done.stdout.splitlines()[-40:], DOWN)


def test_every_package_has_its_floor() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    here = {
        f"cems.{path.stem}" if path.is_file() else f"cems.{path.name}"
        for path in (ROOT / "cems").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists())
        or (path.suffix == ".py" and path.stem != "__init__")
    }
    floors = (here - OF_THE_PROJECT.keys()) | (set(packages()) - {"cems"})
    faults = [f"{name} stands on no floor" for name in sorted(floors - ranks().keys())]
    faults += [f"{name} is listed but does not exist" for name in sorted(ranks().keys() - floors)]
    faults += [f"root_packages lacks {name}" for name in sorted(set(packages()) - set(tool["root_packages"]))]
    assert not faults, told(faults, "name every package in pyproject.toml, [tool.importlinter], lowest last.")


def test_the_local_servers_import_nothing_of_the_product() -> None:
    faults = [
        f"{source.path}:{node.lineno} names {name}"  # type: ignore[attr-defined]
        for source in hand_written()
        if source.lies_in("cems/local/")
        for name, node in _imports(source.tree)
        if name.startswith(tuple(f"{package}." for package in packages()))
        and not name.startswith("cems.local")
    ]
    assert not faults, told(
        faults, "cems.local starts processes; it talks to them by command line and environment."
    )


def test_foreign_keys_point_down() -> None:
    faults = []
    for model in apps.get_models(include_auto_created=True):
        own = package_of(model.__module__)
        for field in model._meta.get_fields(include_hidden=True):
            if not isinstance(field, ForeignObject | ManyToManyField) or field.related_model is None:
                continue
            target = package_of(field.related_model.__module__)
            if field.related_model._meta.label == settings.AUTH_USER_MODEL:
                continue
            if own in ranks() and ranks().get(target, -1) > ranks()[own]:
                faults.append(
                    f"{model._meta.label}.{field.name} points up at {field.related_model._meta.label}"
                )
    assert not faults, told(faults, f"turn the key round, or keep a public id without a key; to tell, {DOWN}")


def test_dotted_strings_point_down() -> None:
    labels = {config.label: config.name for config in apps.get_app_configs() if config.name in ranks()}
    faults = []
    for source in hand_written():
        own = package_of(source.module)
        if own not in ranks() or source.path.endswith("urls.py"):
            continue
        for node in strings(source.tree):
            target = _named_app(node.value, labels)
            if node.value != settings.AUTH_USER_MODEL and target and ranks()[target] > ranks()[own]:
                faults.append(f"{source.path}:{node.lineno} names {node.value!r}")
    assert not faults, told(faults, DOWN)


def _named_app(text: str, labels: dict[str, str]) -> str:
    """The app that "cems.children.models.Child" or "children.Child" names; "" where it names none."""
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", text):
        return ""
    if package_of(text) in ranks():
        return package_of(text)
    app, name = text.split(".", 1)
    return labels.get(app, "") if name[:1].isupper() else ""


def _imports(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((f"{alias.name}.", node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield f"{node.module}.", node


# --- what pages and APIs read -------------------------------------------------------------------------

# Not `values`, `first` and the like, which plain Python has too: each of those follows one of these.
READS = {
    "aggregate", "all", "annotate", "distinct", "exclude", "exists", "filter", "get_queryset", "in_bulk",
    "of_visible", "only", "order_by", "prefetch_related", "raw", "select_related", "unscoped", "values_list",
    "visible_to", "with_page",
}  # fmt: skip
MANAGERS = {"objects", "plain", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
PAGES = re.compile(r"/(?:views|api)(?:/\w+)?\.py$|/\w+_api\.py$|^cems/(?:home|context|health|openapi)\.py$")


def reads_rows(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each line that builds or narrows a query itself: a manager, a method of a queryset, a shortcut around one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield node.lineno, f"reads {dotted(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
            yield node.lineno, f"calls {node.func.attr}()"
        elif isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            names = {alias.name for alias in node.names}
            if names & SHORTCUTS or module.split(".")[-1] == "querysets":
                yield node.lineno, f"imports {', '.join(sorted(names))}"


def test_pages_and_apis_read_through_selectors() -> None:
    faults = [
        f"{source.path}:{line} {what}"
        for source in hand_written()
        if PAGES.search(source.path)
        for line, what in reads_rows(source.tree)
    ]
    assert not faults, told(
        faults, "ask a selector of the subject; what it may not find, it returns as None, for or_404()."
    )


@pytest.mark.parametrize(
    "code",
    [
        "Child.objects.visible_to(user)",
        "rows = Child.objects",
        "Team._default_manager.get(pk=1)",
        "team.members.order_by('name')",
        "selectors.rows(user).filter(public_id=key)",
        "list(row.advice.all())",
        "from django.shortcuts import get_object_or_404",
        "from cems.children.querysets import at_address",
    ],
)
def test_a_page_that_builds_its_own_query_is_seen(code: str) -> None:
    assert list(reads_rows(ast.parse(code)))


def test_pages_and_apis_are_looked_at() -> None:
    """A guard over nothing passes always."""
    paths = {source.path for source in hand_written() if PAGES.search(source.path)}
    assert len(paths) > 50
    assert {"matrix/api.py", "plans/views.py", "triage/cevt/views/sheet.py", "cems/home.py"} <= paths
