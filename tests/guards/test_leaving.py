"""Whether somebody is here or has left is asked in one place only: `cems/accounts/leaving.py`."""

import re

from tests.guards.source import ROOT, hand_written

FLAG = re.compile(r"\bis_active\b")
# Where the flag is a column, is written, or stands in a statement that Django can't say.
KNOWN = {
    "cems/accounts/leaving.py",
    "cems/accounts/models.py",
    "cems/accounts/services/person.py",
    "cems/notices/querysets.py",
}


def test_nobody_spells_out_anew_who_is_here() -> None:
    spelled = {source.path for source in hand_written() if FLAG.search((ROOT / source.path).read_text())}
    assert spelled == KNOWN, "ask has_left, here or gone of cems.accounts.leaving"
