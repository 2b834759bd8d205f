"""Whatever is typed into any form or address is taken or refused in words: never an error of ours, never lost (K2)."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import pytest
from django.db import transaction
from django.utils.http import urlencode

from tests.factories.world import World
from tests.guards import form_table
from tests.guards.addresses import Address
from tests.guards.source import ROOT, sources, told
from tests.guards.table import readers
from tests.guards.typed import Forms, PageForm
from tests.guards.walks.test_reads import ASKED, REFUSED, Asking, _ours

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.requirement("K2")]
# A telephone number in a year, years beyond the calendar, signs that databases and date readers stumble over, figures
# that are no ASCII, numbers beyond any column, markup, formulas, half a UTF-16 pair as the web sends it, a long line.
TYPED = (
    "07700 900123", "9999", "31", "0", "-1", "99999999999999999999", "1e400", "٣", "²", "½", "12:60", "24:00",
    "a\0b", "\u202eevil\u202c", "\u200b", "<script>alert(1)</script>", "{{ 7*7 }}", "%s %(x)s %", "=1+1", "' OR 1=1 --",
    "../../etc/passwd", "𝟜", "\ud7ff\ue000", "x" * 9_999 + "\r\n", "\r\n" * 4_000, "NaN", "Infinity",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
ROUNDS = int(
    os.environ.get("CEMS_TYPED_ROUNDS", "1")
)  # with as many as there are words, each stands in each field
WRITES = bool(os.environ.get("UPDATE_FORM_TABLE"))
DAY = ("-day", "-month", "-year")
PARAMETER = re.compile(r"""GET(?:\.get\(|\.getlist\(|\[)\s*["'](\w+)["']""")


def opened(world: World, address: Address) -> Asking | None:
    """Somebody who gets the page."""
    for number, (person, story) in enumerate(readers(world, address)):
        if number >= ASKED:
            return None
        asking = Asking(world, address, person, story)
        if asking.send("GET", {})[0].status_code not in REFUSED:
            return asking
    return None


def parameters() -> list[str]:
    """Every name that any view reads from an address."""
    names = {name for source in sources() for name in PARAMETER.findall((ROOT / source.path).read_text())}
    return sorted(names | {"after", "page", "here", "from"})


def filled(form: PageForm, turn: int) -> dict[str, str]:
    """The form with something of all that can be typed in each of its fields."""
    return form.sent | {
        name: TYPED[(place + turn * 11) % len(TYPED)] for place, name in enumerate(form.written)
    }


def lost(page: str, form: PageForm, body: dict[str, str]) -> Iterator[str]:
    """The fields whose words the page, drawn again, does not hold any more.

    A day beside "this week" is none: the form says which of the two counts.
    """
    words = unescape(page).replace("\r\n", "\n")
    for name in form.written:
        if body.get(f"{name.rpartition('-')[0]}-when") == "this_week" and name.endswith(DAY):
            continue
        typed = body[name].replace("\0", "").replace("\r\n", "\n").strip()
        if typed and typed not in words:
            yield name


@dataclass
class Walked:
    """What a walk over all pages sent, how it was answered, and where each form keeps what is typed."""

    answers: Counter[int] = field(default_factory=Counter)
    kept: dict[str, set[str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The figures, as docs/security.md gives them."""
        refused = sum(count for status, count in self.answers.items() if 400 <= status < 500)
        broken = sum(count for status, count in self.answers.items() if status >= 500)
        sent = self.answers.total()
        rounds = f"{ROUNDS} {'round' if ROUNDS == 1 else 'rounds'}"
        return f"{rounds}, {sent:,} requests: {sent - refused - broken:,} taken, {refused:,} refused, {broken:,} errors"


def faults(asking: Asking, walked: Walked) -> Iterator[str]:
    """What goes wrong with this person's forms on this page."""
    page, _ = asking.send("GET", {})
    html = page.content.decode(errors="replace")  # type: ignore[attr-defined]
    for form in Forms(html, asking.url).forms:
        if form.kept:
            walked.kept.setdefault(asking.address.name, set()).add(form.kept)
        if form.kept.startswith("a draft") and "cems-drafts-script" not in html:
            yield f"{asking.address.name} has a form whose draft nothing keeps"
        for turn in range(ROUNDS if form.written else 0):
            body = filled(form, turn)
            with transaction.atomic():
                answer = asking.client.post(form.action, body)
                transaction.set_rollback(True)
            walked.answers[answer.status_code] += 1
            where = f"{asking.address.name} -> {form.action.split('/')[-2]} (turn {turn})"
            if answer.status_code >= 500:
                yield f"{where} answers {answer.status_code}"
            elif answer.status_code in {200, 400, 409}:
                gone = [*lost(answer.content.decode(errors="replace"), form, body)]
                if gone:
                    yield f"{where} ({answer.status_code}) lost {', '.join(gone)}"


def test_what_is_typed_into_a_form_is_taken_or_refused_and_never_lost(world: World) -> None:
    wrong, forms, walked = [], 0, Walked()
    for address in _ours():
        assert address.access_rule is not None
        if not address.is_page:
            continue
        asking = opened(world, address)
        if asking is not None:
            wrong += [*faults(asking, walked)]
            forms += 1
    assert forms > 100
    assert not wrong, told(wrong, "clean it in the form or refuse it in words, and give back what was typed")
    if WRITES:
        form_table.write_forms(walked.kept)
        form_table.write_figures("forms", walked.words)
    otherwise = list(form_table.differences(walked.kept))
    assert not otherwise, told(otherwise, "UPDATE_FORM_TABLE=1 with this test writes docs/security.md anew")


def test_what_stands_in_an_address_is_read_or_refused(world: World) -> None:
    wrong, names, walked = [], parameters(), Walked()
    for address in _ours():
        if address.access_rule is None or "GET" not in address.access_rule.methods:
            continue
        asking = opened(world, address)
        if asking is None:
            continue
        for turn in range(ROUNDS):
            asked = {name: TYPED[(place + turn * 7) % len(TYPED)][:500] for place, name in enumerate(names)}
            with transaction.atomic():
                status = asking.client.get(f"{asking.url}?{urlencode(asked)}").status_code
                transaction.set_rollback(True)
            walked.answers[status] += 1
            if status >= 500:
                wrong.append(f"{address.name} answers {status} (turn {turn})")
    if WRITES:
        form_table.write_figures("addresses", walked.words)
    assert not wrong, told(wrong, "read it by a form or a helper that refuses")
