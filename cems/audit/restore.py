"""A database restored from a dump is older than the exported heads: somebody says so, and the trail goes on.

Nothing of it happens by itself. Who puts an older copy back to hide what was done would else be helped to hide it.
"""

from cems.audit import heads
from cems.audit.choices import Verb
from cems.audit.sealing import SEALER
from cems.audit.services import record
from cems.base.errors import Invalid


def restore_accept(*, reason: str) -> heads.Lost | None:
    """Let the trail go on from the seals that are here; what was exported beyond them is kept in a file of its own.

    Returns which seals are lost, None where none is and nothing is done. Raises Invalid without a reason. It stands
    in the audit before it is done.
    """
    if not reason.strip():
        raise Invalid("Say who restored what, and why.", field="reason")
    gone = heads.lost(SEALER)
    if gone is not None:
        detail = {"first": gone.first, "last": gone.last}
        record(None, verb=Verb.CHANGED, part="seal heads", reason=reason, detail=detail)
        heads.start_anew(SEALER, gone)
    return gone
