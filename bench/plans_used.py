"""Which indexes the pages' statements use at this size, and which of the big tables they read whole."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from bench.timing import Statement

# The audit's months are tables of their own, each with the same indexes.
_MONTH = re.compile(r"(?<=audit_entry)_(\d{4}_\d{2}|default)(?=_)")


@dataclass
class Plan:
    """What the statements of one page touch."""

    whole: dict[str, str] = field(default_factory=dict)
    indexes: set[str] = field(default_factory=set)


def explained(statements: Iterable[Statement], big: set[str], *, small: bool) -> Plan:
    """The plans of every read among these statements.

    `small` asks for plans without sequential scans, which show on a small nation whether an index is there at
    all: what is read whole even then has none that serves.
    """
    plan = Plan()
    with transaction.atomic(), connection.cursor() as cursor:
        if small:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for words, given in statements:
            if words.lstrip().upper().startswith(("SELECT", "WITH")) and "advisory" not in words:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {words}", given)
                output = cursor.fetchone()[0]
                tree = json.loads(output) if isinstance(output, str) else output
                for node in _nodes(tree[0]["Plan"]):
                    _note(plan, node, words, big)
    return plan


def _note(plan: Plan, node: dict[str, Any], words: str, big: set[str]) -> None:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in big:
        plan.whole[node["Relation Name"]] = words
    elif "Index Name" in node:
        name = _MONTH.sub("", node["Index Name"])
        if name != node["Index Name"] or node.get("Relation Name", _table(name, big)) in big:
            plan.indexes.add(name)


def _table(index: str, big: set[str]) -> str:
    """The table of an index that a plan names alone: Django begins its names with it."""
    return next((table for table in big if index.startswith(f"{table}_")), "")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
