"""The tables in docs/security.md that the walk over all pages makes: where each form keeps what somebody types until it
is sent, and how what was typed there was answered (K2).

`UPDATE_FORM_TABLE=1` with tests/guards/walks/test_typed.py writes them anew; the walk compares the forms each time.
"""

from collections.abc import Iterator, Mapping

from tests.guards.addresses import addresses
from tests.guards.source import ROOT

PAGE = ROOT / "docs" / "security.md"

Kept = Mapping[str, set[str]]


def write_forms(kept: Kept) -> None:
    """Write the table of forms anew."""
    by_way: dict[str, list[str]] = {}
    for name in sorted(kept):
        by_way.setdefault(" and ".join(sorted(kept[name])), []).append(f"`{name}`")
    rows = [f"| {way} | {len(names)} | {', '.join(names)} |" for way, names in sorted(by_way.items())]
    _put("forms", ["| kept as | pages | which, by the name of their address |", "|---|---|---|", *rows])


def write_figures(what: str, words: str) -> None:
    """Write how many requests there were, and how they were answered."""
    _put(f"figures of {what}", [words])


def differences(kept: Kept) -> Iterator[str]:
    """Forms that were found and are not in the table, or otherwise, and rows of addresses that are gone."""
    cells = [line.strip("| ").split(" | ") for line in _block("forms").splitlines() if "`" in line]
    written = {name.strip("`"): way for way, _, names in cells for name in names.split(", ")}
    for name, ways in kept.items():
        way = " and ".join(sorted(ways))
        if written.get(name) != way:
            yield f"{name} keeps {way}; the page says {written.get(name, 'nothing')}"
    known = {address.name for address in addresses()}
    yield from (f"{name} is no address any more" for name in written if name not in known)


def _ends(what: str) -> tuple[str, str]:
    return f"<!-- {what}: made by the walk over all pages -->", f"<!-- end of {what} -->"


def _block(what: str) -> str:
    begin, end = _ends(what)
    return PAGE.read_text("utf-8").partition(begin)[2].partition(end)[0]


def _put(what: str, lines: list[str]) -> None:
    begin, end = _ends(what)
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    PAGE.write_text("\n".join([before + begin, "", *lines, "", end + after]), "utf-8")
