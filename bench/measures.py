"""The measures of one screen, and what compares screens."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import connection

from bench import cast as casting
from bench import crowd, deciding, due, longer, meeting, plans_used, sending, table
from bench.facts import Nation
from bench.loading import say
from bench.people import Numbers
from bench.report import Findings, Measured
from bench.screens import Screen, check_same, measure, screens, triage_screens
from bench.timing import counted
from cems.base.time import now
from cems.children.access import grants
from cems.children.derived import current_levels
from cems.local.folders import Folders

SMALL = 0.05  # of a nation: below, the planner reads small tables whole, and rightly so


def take(
    found: Findings,
    folders: Folders,
    settings: Mapping[str, str],
    nation: Nation,
    first: Numbers,
    *,
    turns: int,
    pages: int,
) -> None:
    """Every measure of a loaded nation, written into `found`."""
    cast = casting.find(nation, first)
    say("Measuring the screens ...")
    big, small = set(found.loaded.counts), nation.scale < SMALL
    measured = [screen(page, turns, big, small=small) for page in screens(cast)]
    say("Measuring a matrix that is sent ...")
    found.sent = sending.measure(cast, turns)
    say("Measuring triage ...")
    laid = table.lay(nation, first, cast)
    measured += [
        screen(triage_screen, turns, big, small=small) for triage_screen in triage_screens(cast, laid)
    ]
    found.decided = deciding.measure(cast, laid, turns)
    longer.lengthen(cast, nation.codes, nation.ahead[2])
    table.lengthen(laid)
    found.screens = [with_longer(result) for result in measured]
    found.restricted = restricted(found.screens)
    say("Measuring the sweep ...")
    found.sweep, found.swept = due.measure(nation, first, max(100, min(10_000, nation.children // 10)), 3)
    connection.close()
    if pages:
        say("Sixteen people at once ...")
        found.crowd = crowd.measure(folders, settings, cast, pages)
        say("Twelve people at one sheet ...")
        found.meeting = meeting.measure(folders, settings, cast, laid, max(1, pages // 4))
    connection.close()


def screen(one: Screen, turns: int, big: set[str], *, small: bool) -> Measured:
    """Hold the page to the rows of the statements by hand, time both, and look at the plans."""
    words = check_same(one)
    timed = measure(one, turns)
    plan = plans_used.explained(timed.statements, big, small=small)
    say(f"  {one.title}: {timed.ratio:.2f} in the database, {timed.queries} queries, {words} words the same")
    return Measured(one, timed, plan, timed.queries)


def with_longer(one: Measured) -> Measured:
    """The same page again, on the record that has grown meanwhile."""
    one.screen.open()  # after a pause the first page of a person also notes that they are there
    with counted() as tally:
        page = one.screen.open()
    assert page.status_code == 200, f"{one.screen.title}: {page.status_code} on a longer record"
    return replace(one, longer=len(tally.statements))


def restricted(found: Sequence[Measured]) -> dict[str, float]:
    """By page, the database time of a practitioner for that of First Contact, where both were measured."""
    by_key = {result.screen.key: result.timed.page_db for result in found}
    return {
        title: by_key[f"{key}, practitioner"] / by_key[f"{key}, First Contact"]
        for key, title in (("search", "Child search"), ("overview", "Child overview"))
    }


def check_projections() -> None:
    """Whether the loaded grants and pointers are what CEMS itself would have made of the rest.

    Raises AssertionError naming the first that is not.
    """
    wrong = [*grants.differences(now()), *current_levels()]
    assert not wrong, f"{len(wrong)} loaded rows are not what follows from the others: {wrong[0]}"
