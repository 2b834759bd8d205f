"""Only the access table knows the roles by name; everybody else asks what a role may do (cems/accounts/roles)."""

import ast
import re
from collections.abc import Iterator

import pytest

from cems.accounts.roles import ROLES
from tests.guards.source import ROOT, Source, dotted, hand_written, templates, told

TABLE = "cems/accounts/roles/"
# Where the same word names another thing; each with what it names there.
OTHER_WORDS = {
    "cems/children/access/services/student.py": "a field of the audit: whose supervisor it is about",
    "triage/cevt/selectors/listing_rows.py": "a state of a line of CEVT's list: it waits for First Contact",
}
# Who may name one role, and why no capability would say it.
NAMED = {
    "cems/accounts/models.py": "the constraint in the database holds the word",
    "cems/accounts/services/administrator.py": "gives the role, and asks nothing of it",
}
HOW = "ask a capability of the role (role.manages, role.audits …), a reach or its work; add one in cems/accounts/roles."


def asked() -> Iterator[Source]:
    return (source for source in hand_written() if not source.lies_in(TABLE, "demo/"))


def own_words(tree: ast.Module) -> set[int]:
    """The nodes that are no question about a role: another enumeration's values, names of addresses."""
    nodes = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            dotted(base).endswith(("Choices", "Enum")) for base in node.bases
        ):
            members = [line.value for line in node.body if isinstance(line, ast.Assign)]
            nodes |= {id(part) for value in members for part in ast.walk(value)}
        if isinstance(node, ast.Assign) and [dotted(target) for target in node.targets] == ["app_name"]:
            nodes.add(id(node.value))
        if isinstance(node, ast.Call) and dotted(node.func) == "path":
            nodes |= {id(given.value) for given in node.keywords if given.arg == "name"}
    return nodes


def literals(source: Source) -> Iterator[str]:
    """Each role key written out in the file, with its line."""
    own = own_words(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value in ROLES and id(node) not in own:
            yield f"{source.path}:{node.lineno} writes “{node.value}”"


def members(source: Source) -> Iterator[str]:
    """Each role the file takes by name from RoleKey."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node).startswith("RoleKey."):
            yield f"{source.path}:{node.lineno} names {dotted(node)}"


def test_no_role_is_written_out() -> None:
    faults, used = [], set()
    for source in asked():
        for fault in literals(source):
            if source.path in OTHER_WORDS:
                used.add(source.path)
            else:
                faults.append(fault)
    faults += [f"{path} is excepted but no longer needs it" for path in OTHER_WORDS if path not in used]
    assert not faults, told(faults, HOW)


def test_no_role_is_asked_for_by_name() -> None:
    faults, used = [], set()
    for source in asked():
        for fault in members(source):
            if source.path in NAMED:
                used.add(source.path)
            else:
                faults.append(fault)
    faults += [f"{path} is excepted but no longer needs it" for path in NAMED if path not in used]
    assert not faults, told(faults, HOW)


def test_no_template_asks_for_a_role() -> None:
    asks = re.compile(r"role(?:\.|_)key\s*(?:==|!=|in\b)|\b(?:==|!=)\s*\w+\.role(?:\.|_)key")
    faults = [str(path.relative_to(ROOT)) for path in templates() if asks.search(path.read_text("utf-8"))]
    assert not faults, told(faults, "let the view hand over what the person may do.")


@pytest.mark.parametrize(
    "code",
    [
        'if post.role.key == "auditor": pass',
        'profile.has("edt", "practitioner")',
        'MANAGING = ("team_manager", "erase_manager")',
        'Appointment.objects.filter(role_key="student")',
        'WAYS = {"business_support": 1}',
    ],
)
def test_a_role_written_out_is_seen(code: str) -> None:
    assert list(literals(Source("cems/example.py", ast.parse(code))))


def test_a_role_taken_by_name_is_seen_and_words_of_others_are_not() -> None:
    assert list(members(Source("cems/example.py", ast.parse("if role.key is RoleKey.AUDITOR: pass"))))
    others = 'class CaseRole(TextChoices):\n    WORKER = "ce_worker", "Worker"\npath("", view, name="first_contact")'
    assert not list(literals(Source("cems/example.py", ast.parse(others))))
