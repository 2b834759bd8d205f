"""The product's own source, read once for all guards: files, syntax trees, templates, layers."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# Folders with Python that are not the product: what checks it, measures it, or was installed.
NOT_PRODUCT = {"tests", "bench", "docs", "static", "templates", "node_modules", "staticfiles", "screenshots"}


@dataclass(frozen=True)
class Source:
    """One Python file of the product."""

    path: str  # from the project folder, with forward slashes
    tree: ast.Module

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path

    def lies_in(self, *places: str) -> bool:
        """Whether the file is one of `places` (files), or inside one of them (folders end in a slash)."""
        return any(
            self.path == place or (place.endswith("/") and self.path.startswith(place)) for place in places
        )


@cache
def packages() -> tuple[str, ...]:
    """Every top-level package of the product, from the folders themselves."""
    folders = (path.parent.name for path in ROOT.glob("*/__init__.py"))
    return tuple(sorted(name for name in folders if name not in NOT_PRODUCT and not name.startswith(".")))


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the product, migrations included."""
    paths = sorted(path for name in packages() for path in (ROOT / name).rglob("*.py"))
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"), str(path)))
        for path in paths
    )


def hand_written() -> Iterator[Source]:
    """All but migrations."""
    return (source for source in sources() if not source.is_migration)


@cache
def templates() -> tuple[Path, ...]:
    """Every template of the product."""
    return tuple(sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".svg"}))


@cache
def layers() -> tuple[str, ...]:
    """The floors as pyproject.toml declares them, lowest first; the last one holds the URL files."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contract = tool["contracts"][0]  # between the floors; the second is within an app
    return tuple(reversed([layer.strip("()") for layer in contract["layers"]]))


@cache
def ranks() -> dict[str, int]:
    """How high each package stands, lowest 0."""
    return {
        name.strip("() "): rank for rank, layer in enumerate(layers()) for name in re.split("[|:]", layer)
    }


def package_of(module: str) -> str:
    """The floor a module belongs to: "cems.children" for "cems.children.identity.rules"."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "cems" else parts[0]


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that are docstrings or bare strings, which no code reads."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@cache
def strings(tree: ast.Module) -> tuple[ast.Constant, ...]:
    """Every string the code uses, docstrings apart; kept, since several guards ask for those of every file."""
    docs = docstrings(tree)
    return tuple(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    )


def dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression; a call inside counts by its name; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""


def told(faults: list[str], how: str) -> str:
    """The words of a failing guard: each fault, then how to mend it."""
    return "\n".join(["", *(f"  {fault}" for fault in faults), "", f"How to mend it: {how}"])
