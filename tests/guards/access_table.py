"""The table of roles in docs/access.md, made from `cems/accounts/roles/` (A1, A2).

`python -m tests.guards.access_table` writes it anew; a guard compares.
"""

from dataclasses import fields
from pathlib import Path

from cems.accounts.roles import ROLES, Part, Role, parts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
BEGIN = "<!-- The tables from here on are made by python -m tests.guards.access_table -->"
END = "<!-- to here -->"

# What a flag of a role means when it is not at its default. A flag without words here is shown by its name.
FLAGS = {
    "of_team": "held in a team, desk or school",
    "of_school": "of a school only",
    "of_locality": "of one locality",
    "supervised": "named a supervisor and a last day",
    "is_system": "an agency's system, no person",
    "manages": "answers for the team's promises",
    "above_managers": "hears when a manager's own promise is broken",
    "heads_team": "reaches, confirms and reviews what the team does",
    "allocated_as": "children are allocated to them",
    "opens_in_emergency": "emergency access",
    "opens_restricted": "also to restricted records",
    "works_shifts": "to the end of the shift",
    "audits": "looks at emergency access",
    "minutes_board": "minutes every board of the authorities",
    "exports": "takes no document away",
    "covers": "stands in for nobody and has no deputy",
    "shares_work": "is given the team's work by name",
}


def views() -> dict[str, frozenset[Part]]:
    """The sets of parts that have a name in parts.py, in plain words, the largest first."""
    named = {
        name.lower().replace("_", " "): value
        for name, value in vars(parts).items()
        if isinstance(value, frozenset) and len(value) > 1 and all(isinstance(part, Part) for part in value)
    }
    return dict(sorted(named.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def parts_in_words(parts: frozenset[Part]) -> str:
    """The views a set of parts is made of, and the parts beyond them."""
    words, left = [], set(parts)
    for name, view in views().items():
        if view <= left:
            words.append(f"*{name}*")
            left -= view
    return " and ".join([*words, *(_word(part) for part in Part if part in left)])


def access_table() -> str:
    """The Markdown of both tables: the roles, and the views they are made of."""
    rows = [
        "| role | how it comes to a child, and what it then sees | writes | and |",
        "|---|---|---|---|",
        *(_row(role) for role in ROLES.values()),
        "",
        "| view | parts |",
        "|---|---|",
        *(
            f"| *{name}* | {', '.join(_word(part) for part in Part if part in view)} |"
            for name, view in sorted(views().items())
            if any(f"*{name}*" in _row(role) for role in ROLES.values())
        ),
    ]
    return "\n".join(rows)


def block(page: str) -> str:
    """What stands between the two marks of a page."""
    return page.split(BEGIN)[1].split(END)[0].strip()


def write() -> None:
    """Put the tables as they are now into docs/access.md."""
    page = PAGE.read_text("utf-8")
    PAGE.write_text(page.replace(block(page), access_table()), "utf-8")


def _row(role: Role) -> str:
    sees = "<br>".join(f"{_word(reach)}: {parts_in_words(parts)}" for reach, parts in role.sees.items())
    writes = ", ".join(sorted(_word(work) for work in role.writes))
    return f"| {role.label} | {sees or 'reaches no child'} | {writes or '–'} | {_flags(role)} |"


def _flags(role: Role) -> str:
    flags = (field for field in fields(role) if isinstance(field.default, bool | str))
    words = (
        FLAGS.get(flag.name, flag.name.replace("_", " "))
        for flag in flags
        if getattr(role, flag.name) != flag.default
    )
    return ", ".join(words) or "–"


def _word(value: str) -> str:
    return str(value).replace("_", " ")


if __name__ == "__main__":
    write()
