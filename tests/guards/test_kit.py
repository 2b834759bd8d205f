"""Pages are made of one kit: who acts, how a form goes, how a list is paged, what a refusal is read by."""

import ast
from collections.abc import Callable, Iterator

from tests.guards.source import Source, dotted, hand_written, told

USER_READERS = {
    "cems/accounts/access_control.py": "the accessor itself",
    "cems/base/": "the floor below people: whether anybody is signed in, and whose form it is",
    "cems/accounts/middleware.py": "asks before any access rule has, so there may be nobody",
    "cems/accounts/adapters.py": "django-allauth's own request, half-way through signing in",
    "cems/accounts/tokens.py": "who asks too often, signed in or not",
}
KEY_READERS = {
    "cems/base/": "the helpers through which pages pass",
    "cems/actions/api.py": "a call of the API, whose key is a header",
    "demo/": "fills in the demonstration once, from no page",
    "matrix/api.py": "a call of the API, whose key is a header",
    "triage/cevt/api.py": "a call of the API, whose key is a header",
}
MESSAGE_READERS = {
    "cems/local/": "PostgreSQL's and the machine's own words, which have no other sign",
}


def _faults(find: Callable[[Source], Iterator[int]], exceptions: dict[str, str], what: str) -> list[str]:
    """Where it is found outside the places that may; an exception that no longer applies is a fault too."""
    faults, used = [], set()
    for source in hand_written():
        place = next((place for place in exceptions if source.lies_in(place)), None)
        for line in find(source):
            if place is None:
                faults.append(f"{source.path}:{line} {what}")
            used.add(place)
    return faults + [
        f"{place} is excepted but no longer needs it" for place in exceptions if place not in used
    ]


def test_who_acts_is_asked_in_one_place() -> None:
    def breaches(source: Source) -> Iterator[int]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and dotted(node).endswith("request.user"):
                yield node.lineno

    faults = _faults(breaches, USER_READERS, "reads request.user")
    assert not faults, told(faults, "ask acting_user(request) of cems/accounts/access_control.py.")


def test_a_form_goes_through_its_one_helper() -> None:
    def breaches(source: Source) -> Iterator[int]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "once":
                yield node.lineno

    faults = _faults(breaches, KEY_READERS, "wires an idempotency key itself")
    assert not faults, told(
        faults, "a page calls handle_form (cems/base/forms.py) or handle_autosave (cems/base/autosave.py)."
    )


def test_a_form_keeps_its_key_in_the_one_field() -> None:
    def breaches(source: Source) -> Iterator[int]:
        for node in ast.walk(source.tree):
            hidden_key = isinstance(node, ast.Call) and any(
                keyword.arg == "initial" and dotted(keyword.value).endswith("uuid4")
                for keyword in node.keywords
            )
            if hidden_key and source.path != "cems/base/form_fields.py":
                yield node.lineno

    faults = _faults(breaches, {}, "declares a key of its own")
    assert not faults, told(faults, "make it an OnceForm or a KeyedForm of cems/base/forms.py.")


def test_a_list_is_cut_by_the_one_pager() -> None:
    """`rows[: SIZE + 1]`, one more than is shown, is how a list looks whether it goes on."""

    def breaches(source: Source) -> Iterator[int]:
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
                continue
            upper = node.slice.upper
            one_more = (
                isinstance(upper, ast.BinOp) and isinstance(upper.op, ast.Add) and node.slice.lower is None
            )
            if one_more and isinstance(upper.right, ast.Constant) and upper.right.value == 1:
                yield node.lineno

    faults = _faults(
        breaches,
        {
            "cems/base/keyset.py": "the pager itself",
            "cems/children/identity/rules.py": "cuts a search key between two words",
            "triage/first_contact/selectors/queue.py": "counts no further than the page shows",
        },
        "cuts a list by itself",
    )
    assert not faults, told(faults, "page it by Keyset, or cut it by at_most (cems/base/keyset.py).")


def test_nothing_is_decided_by_the_words_of_a_message() -> None:
    """An error says by its class and its field what happened; its words are for people and may change."""

    def breaches(source: Source) -> Iterator[int]:
        caught = {
            node.name for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler) and node.name
        }

        def is_error(node: ast.AST) -> bool:
            return isinstance(node, ast.Name) and node.id in caught | {"refusal", "error"}

        def words(node: ast.AST) -> bool:
            """Whether these are the words of an error: `error.message`, `error.args`, `str(error)`."""
            return any(
                (
                    isinstance(part, ast.Attribute)
                    and part.attr in {"message", "args"}
                    and is_error(part.value)
                )
                or (
                    isinstance(part, ast.Call)
                    and dotted(part.func) in {"str", "repr"}
                    and any(map(is_error, part.args))
                )
                for part in ast.walk(node)
            )

        for node in ast.walk(source.tree):
            if isinstance(node, ast.Compare) and any(words(side) for side in (node.left, *node.comparators)):
                yield node.lineno
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func).split(".")[-1]
            asks = name in {"startswith", "endswith", "find", "search", "match", "fullmatch", "disk_is_full"}
            if asks and (words(node.func) or any(words(given) for given in node.args)):
                yield node.lineno

    faults = _faults(breaches, MESSAGE_READERS, "reads the words of a message")
    assert not faults, told(faults, "ask the error's class or its field (cems/base/errors.py).")
