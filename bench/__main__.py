"""`python -m bench`: load an invented nation, measure the main screens, write docs/benchmarks.md.

    python -m bench                        1,000,000 children (about 10 GB under the temporary folder)
    python -m bench --scale 0.01           a quick look

The exit code is 0 when every measure ran, whatever it found; with --strict it is 1 when a limit is missed.
"""

import argparse
import gc
import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.server import database

if TYPE_CHECKING:
    from bench.report import Findings
    from cems.local.folders import Folders

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main(arguments: list[str]) -> int:
    """Run everything; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0, help="of 1,000,000 children (1)")
    parser.add_argument("--seed", type=int, default=7, help="which nation (7)")
    parser.add_argument("--turns", type=int, default=25, help="how often each page is asked (25)")
    parser.add_argument(
        "--pages", type=int, default=24, help="pages for each of sixteen people (24); 0: none"
    )
    parser.add_argument("--out", type=Path, default=PAGE, help="where the page goes (docs/benchmarks.md)")
    parser.add_argument("--indexes", type=Path, help="where to write, as JSON, the indexes each page used")
    parser.add_argument("--strict", action="store_true", help="fail when a limit is missed")
    given = parser.parse_args(arguments)
    with database() as (folders, settings):
        os.environ.update(settings)
        warnings.filterwarnings("ignore", message="No directory at")  # static files are not measured
        import django

        django.setup()
        from bench.loading import say
        from bench.report import write, write_indexes

        findings = run(folders, settings, given)
        write(findings, given.out)
        if given.indexes:
            write_indexes(findings, given.indexes)
        missed = findings.missed()
        say(f"Written to {given.out}. " + ("Every limit holds." if not missed else "Missed:"))
        for fault in missed:
            say(f"  - {fault}")
    return int(given.strict and bool(missed))


def run(folders: "Folders", settings: dict[str, str], given: argparse.Namespace) -> "Findings":
    """Load the nation and take every measure."""
    from bench import measures
    from bench.facts import Nation
    from bench.national import load
    from bench.report import Findings
    from bench.server import owner_connection

    nation = Nation(given.scale, given.seed, datetime.now(UTC))  # real servers' clocks go on meanwhile
    with owner_connection(settings) as owner:
        first, loaded = load(owner, nation)
    gc.collect()
    gc.freeze()  # what the load leaves in this process is not searched for garbage on account of the pages
    if given.scale <= 0.01:
        measures.check_projections()
    findings = Findings(given.scale, given.seed, nation.at.date(), loaded)
    measures.take(findings, folders, settings, nation, first, turns=given.turns, pages=given.pages)
    return findings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
