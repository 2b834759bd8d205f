"""Every service that writes is a command, takes its arguments as one, and writes the audit (design; house-f6)."""

import ast
import re
from functools import cache

import pytest

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from tests.factories.people import make_user
from tests.guards import audited
from tests.guards.callgraph import Function, functions, reached
from tests.guards.source import dotted, hand_written, told
from tests.guards.test_source import WRITES, writes_rows
from tests.guards.unaudited import PARTS, SOMETIMES, UNAUDITED

SERVICES = re.compile(
    r"/(services|handlers|grants|reference|sweeping|outbox|retention|search)(\.py|/)|/services_\w+\.py"
)
# What writes without being a command, each with its reason.
NO_COMMAND = {
    "cems.audit.services.record": "the audit itself: a row of the running command, or one statement alone",
    "cems.audit.services.listed": "as record",
    "cems.audit.services.disclosed": "as record",
    "cems.audit.services.not_shared": "as record",
    "cems.children.identity.reference.made_anew": "batch by batch, so that nothing is locked for long",
    "cems.notices.outbox.send_outbox": "what was sent is noted mail by mail: it can't be sent back",
}
ATOMIC_ALLOWED = {
    "cems/base/command.py": "the command itself",
    "cems/audit/partitions.py": "the owner's login, not the application's",
    "cems/audit/sealing.py": "the sealer's login, not the application's",
    "cems/audit/verification.py": "the sealer's login reads one state of the trail",
}
AUDIT = {f"cems.audit.services.{name}" for name in ("record", "read", "listed", "disclosed", "not_shared")}


def commands() -> dict[str, Function]:
    return {name: function for name, function in functions().items() if function.is_command}


@cache
def _writes(name: str) -> bool:
    """Whether the function itself writes rows, as far as syntax tells."""
    function = functions()[name]
    return bool(SERVICES.search(function.source.path)) and any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and writes_rows(dotted(node.func.value), node)
        for node in ast.walk(function.node)
    )


def test_every_public_service_that_writes_is_a_command() -> None:
    """Whatever it writes itself, or through helpers that are none."""
    faults, used = [], set()
    for name, function in functions().items():
        looked_at = SERVICES.search(function.source.path) and isinstance(function.node, ast.FunctionDef)
        if not looked_at or not function.is_public or function.is_command:
            continue
        itself = reached(name, stop_at_commands=True) - (NO_COMMAND.keys() - {name})
        if any(_writes(helper) for helper in itself):
            if name not in NO_COMMAND:
                faults.append(f"{function.source.path}:{function.node.lineno} {function.node.name} is none")
            used.add(name)
    faults += [f"{name} is excepted but no longer needs it" for name in NO_COMMAND.keys() - used]
    assert not faults, told(faults, "@command, from cems.base.command: user first, all else by name.")


def test_a_command_takes_the_person_first_and_the_rest_by_name() -> None:
    """The decorator refuses others when the app starts; this tells all of them at once, apps not installed too."""
    faults = []
    for function in commands().values():
        assert isinstance(function.node, ast.FunctionDef)
        given = function.node.args
        first = [argument.arg for argument in (*given.posonlyargs, *given.args)]
        if len(first) != 1 or first[0] not in {"user", "actor"} or given.vararg:
            faults.append(f"{function.source.path}:{function.node.lineno} {function.node.name} takes {first}")
    assert not faults, told(
        faults, "def act(user, *, what, why, at=None): the acting user first, all else by name."
    )
    assert len(commands()) > 150


def test_nothing_but_a_command_opens_a_transaction() -> None:
    faults, used = [], set()
    for source in hand_written():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and dotted(node) in {
                "transaction.atomic",
                "transaction.commit",
            }:
                if source.path not in ATOMIC_ALLOWED:
                    faults.append(f"{source.path}:{node.lineno} opens a transaction")
                used.add(source.path)
            if isinstance(node, ast.ImportFrom) and node.module == "django.db.transaction":
                faults.append(f"{source.path}:{node.lineno} imports from django.db.transaction")
    faults += [f"{path} is excepted but no longer needs it" for path in ATOMIC_ALLOWED.keys() - used]
    assert not faults, told(
        faults, "a @command is one; a step whose error is caught stands in a savepoint() (cems.base.command)."
    )


@pytest.mark.requirement("A3")
def test_every_command_writes_the_audit() -> None:
    """As far as syntax tells; `audited.py` watches the same while the tests run."""
    silent = {name for name in commands() if not reached(name) & AUDIT}
    excepted = UNAUDITED.keys() | PARTS.keys()
    faults = [f"{name} never calls the audit" for name in sorted(silent - excepted)]
    faults += [f"{name} is excepted but audits, or is no command" for name in sorted(excepted - silent)]
    faults += [f"{name} is excepted but is no command" for name in SOMETIMES.keys() - commands().keys()]
    faults += [f"{name} is excepted but never audits" for name in SOMETIMES.keys() & silent]
    assert not faults, told(
        faults,
        "record(user, verb=…, subject=…) in the command; where nothing is to be told, say why in unaudited.py.",
    )


@pytest.mark.django_db
def test_house_f6_a_command_that_leaves_nothing_in_the_audit_is_found() -> None:
    def changes(user: User, *, audits: bool = False, fails: bool = False) -> None:
        User.objects.filter(pk=user.pk).update(job_title="Example")
        if audits:
            record(user, verb=Verb.CHANGED, subject=user)
        if fails:
            raise ValueError

    changes.__module__ = "example"
    watched, user = command(changes), make_user()
    watched(user, audits=True)
    with pytest.raises(ValueError):
        watched(user, fails=True)  # undone: nothing to tell
    assert not audited.found()
    watched(user)
    assert [name.split(".")[0] for name in audited.found()] == ["example"]
