"""Which functions of the product call, or hand on, which others, as far as syntax tells."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.guards.source import Source, dotted, hand_written


@dataclass
class Function:
    """A function of a module, or a class with all its methods."""

    name: str  # "cems.children.history.services.note.note_write"
    source: Source
    node: ast.FunctionDef | ast.ClassDef
    calls: set[str] = field(default_factory=set)  # such names, of the product's own functions

    @property
    def is_command(self) -> bool:
        return any(dotted(mark).split(".")[-1] == "command" for mark in self.node.decorator_list)

    @property
    def is_public(self) -> bool:
        return not self.node.name.startswith("_")


@cache
def functions() -> dict[str, Function]:
    """Every function and class at the top of a module, by its full name."""
    by_name = {
        f"{source.module}.{node.name}": Function(f"{source.module}.{node.name}", source, node)
        for source in hand_written()
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    for source in hand_written():
        names = _names(source)
        for node in source.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                called = {_full(word, names) for word in _words(node)}
                by_name[f"{source.module}.{node.name}"].calls = {
                    callee for callee in called if callee in by_name
                }
    return by_name


def _names(source: Source) -> dict[str, str]:
    """What the names at hand in a module mean: what it imports (anywhere in it), and its own."""
    names = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
    own = [node.name for node in source.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return names | {name: f"{source.module}.{name}" for name in own}


def _words(node: ast.AST) -> Iterator[str]:
    """Every name a function mentions: what it hands on, to be called, counts as called."""
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Attribute)):
            yield dotted(part)


def _full(word: str, names: dict[str, str]) -> str:
    first, _, rest = word.partition(".")
    known = names.get(first, first)
    return f"{known}.{rest}" if rest else known


def reached(name: str, *, stop_at_commands: bool = False) -> set[str]:
    """All that a function calls, directly or through others, itself included."""
    every, seen, waiting = functions(), set(), [name]
    while waiting:
        current = waiting.pop()
        if current in seen or (stop_at_commands and current != name and every[current].is_command):
            continue
        seen.add(current)
        waiting.extend(every[current].calls)
    return seen
