"""What the product's own Python may not do, read from its syntax."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps

from cems.children.models import Child
from tests.guards.source import ROOT, Source, dotted, hand_written, packages, sources, strings, told

# --- Child's walls -----------------------------------------------------------------------------------

# Each exception has its reason; one that no longer applies fails below.
SQL_ALLOWED = {
    "cems/base/references.py": "takes the next number of a sequence",
    "cems/base/idempotency.py": "an advisory lock",
    "cems/base/compiled_sql.py": "asks again what a queryset of the ORM asked, in its own words",
    "cems/accounts/profile.py": "such a statement, of appointments: who the reader is comes before visible_to",
    "cems/audit/": "partitions, seals and rights that Django can't say; no table of children",
    "cems/clocks/querysets.py": "the two statements of the sweep",
    "cems/notices/querysets.py": "mail for a batch of notices in one statement",
    "cems/health.py": "asks whether the database answers",
}
PLAIN_ALLOWED = {
    "cems/children/querysets.py": "the cluster of merged records of a child already opened",
    "cems/children/access/visibility.py": "the rule itself: conditions that only visible_to and readable_by ask",
}
RAW_SQL = {"cursor", "chunked_cursor", "raw", "extra", "RawSQL", "executesql", "Statement"}


def _walk(
    find: Callable[[Source], Iterator[tuple[int, str]]], *, without: dict[str, str] | None = None
) -> list[str]:
    """What `find` finds in each file of the product; a stale exception is a finding too."""
    faults, used = [], set()
    for source in hand_written():
        place = next((place for place in without or {} if source.lies_in(place)), None)
        for line, what in find(source):
            if place is None:
                faults.append(f"{source.path}:{line} {what}")
            used.add(place)
    return faults + [
        f"{place} is excepted but no longer needs it" for place in (without or {}) if place not in used
    ]


def test_nobody_goes_round_the_access_rule() -> None:
    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute):
                if dotted(node).endswith("Child.plain"):
                    yield node.lineno, "reads Child.plain"
                if node.attr in {"_base_manager", "_default_manager"}:
                    yield node.lineno, f"reads {node.attr}"
            made = isinstance(node, ast.Call) and dotted(node.func).endswith("QuerySet")
            if made and any(dotted(given).endswith("Child") for given in node.args):
                yield node.lineno, "makes a queryset of Child"

    faults = _walk(breaches, without=PLAIN_ALLOWED)
    assert not faults, told(faults, 'read through Child.objects.visible_to(user), or .unscoped("reason").')


def test_no_sql_by_hand() -> None:
    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for node in ast.walk(source.tree):
            name = dotted(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
            if name in RAW_SQL and not source.lies_in("cems/local/"):
                yield node.lineno, f"calls {name}()"

    faults = _walk(breaches, without=SQL_ALLOWED)
    assert not faults, told(faults, "say it with the ORM in querysets.py; SQL by hand goes round visible_to.")


def test_unscoped_reads_say_why() -> None:
    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).endswith("objects.unscoped"):
                reason = node.args[0] if node.args else None
                if not (
                    isinstance(reason, ast.Constant)
                    and isinstance(reason.value, str)
                    and len(reason.value) > 10
                ):
                    yield node.lineno, "unscoped() without its reason in words"

    faults = _walk(breaches)
    assert not faults, told(
        faults, "name the system's own task it is for, as a literal a reader finds; or ask visible_to."
    )


# What may follow a key to Child in a lookup: the comparison of the key itself.
OF_THE_KEY = "in|isnull|exact"
JOINS_ALLOWED = {}


def test_no_join_reads_children() -> None:
    """`filter(child__family_name=…)` reads Child without asking who is reading."""
    keys = "|".join(sorted(_keys_to_child()))
    join = re.compile(rf"^-?(?:\w+__)?(?:{keys})__(?!(?:{OF_THE_KEY})$)\w+$")

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        if source.lies_in("cems/children/"):
            return
        for node in ast.walk(source.tree):
            if isinstance(node, ast.keyword) and node.arg and join.search(node.arg):
                yield node.value.lineno, f"looks at {node.arg}"
        for text in strings(source.tree):
            if join.search(text.value):
                yield text.lineno, f"looks at {text.value}"

    faults = _walk(breaches, without=JOINS_ALLOWED)
    assert not faults, told(
        faults, "ask by the key: child__in=Child.objects.visible_to(user).values('pk'), or of(child)."
    )


# Where a row's child may be fetched with it: the services lock it, the access rules then ask open_child.
FETCHES_ALLOWED = {
    "matrix/home_content.py": "the public id only, of the children of the matrices one fills in",
    "cems/actions/selectors.py": "the public id only, of the children of one's own actions",
}


def test_no_page_fetches_children_beside_their_rows() -> None:
    """`select_related("child")` reads Child without asking who is reading."""
    last = re.compile(rf"(?:^|__)(?:{'|'.join(sorted(_keys_to_child()))})(?:__|$)")

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        if source.lies_in("cems/children/") or WRITERS.search(source.path):
            return
        for node in ast.walk(source.tree):
            method = (
                node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            )
            if method in {"select_related", "prefetch_related"}:
                for word in node.args:  # type: ignore[attr-defined]
                    if isinstance(word, ast.Constant) and last.search(str(word.value)):
                        yield word.lineno, f"fetches {word.value}"

    faults = _walk(breaches, without=FETCHES_ALLOWED)
    assert not faults, told(
        faults, "fetch them once through visible_to: {child.pk: child for child in …filter(pk__in=…)}."
    )


def _keys_to_child() -> set[str]:
    """The names by which models point at Child."""
    return {
        field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Child
    }


# --- one time source ---------------------------------------------------------------------------------

SQL_CLOCKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|"
    r"\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b",
    re.IGNORECASE,
)
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DEFAULT|WHERE|RETURNS|VALUES|BEGIN)\b")


def test_no_sql_reads_the_databases_clock() -> None:
    faults = [
        f"{source.path}:{text.lineno} has {SQL_CLOCKS.search(text.value)[0]}"  # type: ignore[index]
        for source in sources()
        if not source.lies_in("cems/local/")
        for text in strings(source.tree)
        if SQL.search(text.value) and SQL_CLOCKS.search(text.value)
    ]
    assert not faults, told(faults, "pass cems.base.time.now() into the statement.")


# --- writes ------------------------------------------------------------------------------------------

WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
    "asave", "acreate", "aupdate", "adelete", "abulk_create",
}  # fmt: skip
WRITERS = re.compile(
    r"/(services|handlers|grants|sweeping|outbox|sealing|partitions|retention|reference|references|idempotency|invitations)"
    r"(\.py|/)|/management/|/services_\w+\.py|^demo/"
)
# Writes elsewhere, each with its reason.
WRITES_ALLOWED = {
    "cems/accounts/middleware.py": "when a sign-in was last used, once a minute",
    "cems/accounts/sign_in.py": "listens to django-allauth's signals, and records what they tell",
    "cems/accounts/querysets.py": "the manager's own create_user()",
    "cems/children/querysets.py": "the manager's own create()",
}


def _models() -> frozenset[str]:
    return frozenset(model.__name__ for model in apps.get_models())


def test_a_lock_leaves_the_key_of_its_row_free() -> None:
    """No row changes its key. A lock that shuts it too stops everybody who writes a row that points at this one:
    two who send and type at once then wait for each other, and one is refused."""
    faults = [
        f"{source.path}:{node.lineno}"
        for source in hand_written()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and not any(
            word.arg == "no_key" and isinstance(word.value, ast.Constant) and word.value.value is True
            for word in node.keywords
        )
    ]
    assert not faults, told(faults, "select_for_update(no_key=True, …).")


def test_rows_are_written_in_services() -> None:
    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        if WRITERS.search(source.path) or source.lies_in("cems/local/"):
            return
        for node in ast.walk(source.tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                continue
            if writes_rows(dotted(node.func.value), node):
                yield node.lineno, f"calls {dotted(node.func)}()"

    faults = _walk(breaches, without=WRITES_ALLOWED)
    assert not faults, told(
        faults, "move the write into the app's services.py: one transaction, lock, check, write, audit."
    )


def writes_rows(owner: str, call: ast.Call) -> bool:
    """Whether `owner.save(…)` and the like is a write to the database, as far as syntax tells."""
    method = call.func.attr  # type: ignore[attr-defined]
    if ".objects" in owner or owner.split(".")[0] in _models():
        return True
    if method in {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}:
        return not re.search(r"(session|cache|storage|workbook|image|figure)$", owner)
    return method in {"update", "create"} and bool(call.keywords) and not call.args


# --- the rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [f"{ROOT}/", f"{Path.home()}/", "/home/", "://pypi", "://registry."])
def test_no_place_of_one_machine_is_written_down(word: str) -> None:
    faults = [
        f"{source.path}:{text.lineno} names {word}"
        for source in sources()
        for text in strings(source.tree)
        if word in text.value
    ]
    assert not faults, told(faults, "take places from the settings or from the file's own position.")


# What ruff holds (pyproject.toml): one time source, no signals of our own, settings from one place, and no more.
REFUSED = {
    "import datetime as d; d.datetime.now(d.UTC)": "TID251",
    "from datetime import date as day; first = day.today": "TID251",
    "from datetime import datetime; datetime(2026, 1, 1)": "DTZ001",
    "from time import time": "TID251",
    "from django.utils import timezone; timezone.now()": "TID251",
    "from django.db.models.functions import Now": "TID251",
    "from django.dispatch import receiver": "TID251",
    "from django.db.models.signals import post_save": "TID251",
    "import os; os.environ['CEMS_MODE']": "TID251",
    "from os import getenv": "TID251",
    "print(1)": "T201",
    "from pprint import pp": "TID251",
    "breakpoint()": "T100",
    "try: pass\nexcept: pass": "E722",
}


@pytest.mark.parametrize("code", REFUSED)
@pytest.mark.parametrize("path", ["cems/children/services/x.py", "matrix/rules.py", "demo/year.py"])
def test_ruff_refuses_what_only_one_place_may_do(path: str, code: str) -> None:
    command = [Path(sys.executable).with_name("ruff"), "check", "--output-format", "concise", "--no-cache"]
    done = subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        input=code, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f" {REFUSED[code]} " in done.stdout, done.stdout or done.stderr


def test_the_guards_look_at_the_whole_product() -> None:
    """A guard over nothing passes always."""
    assert {"cems", "matrix", "plans", "triage"} <= set(packages())
    assert len(sources()) > 100
    assert "child" in _keys_to_child()


# --- Reads and bars --------------------------------------------------------------------------------------
def test_no_header_decides_whether_a_look_is_recorded() -> None:
    """What the page asks by itself is no activity; what is answered with words is a read all the same (A3)."""

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for text in strings(source.tree):
            if "X-CEMS-Polling" in text.value:
                yield text.lineno, "asks whether the client calls it a poll"

    faults = _walk(breaches, without={"cems/accounts/middleware.py": "how long a sign-in lasts unattended"})
    assert not faults, told(faults, "let the access rule write the read, by what is answered.")


def test_bars_are_asked_in_one_place() -> None:
    """Of the whole cluster, never of one row of merged records (A2)."""
    places = {
        "cems/children/access/visibility.py": "the rule itself",
        "cems/children/access/selectors/restriction.py": "the one home of the question",
        "cems/children/access/services/restriction.py": "makes and ends bars",
    }

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and dotted(node) == "Bar.objects":
                yield node.lineno, "asks for bars itself"

    faults = _walk(breaches, without=places)
    assert not faults, told(faults, "ask is_barred, barred_from, bars_of or closed_to of that module.")
