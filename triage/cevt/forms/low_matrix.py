"""What CEVT's list of Low and None sends (M5)."""

from cems.base.form_fields import WordsField
from cems.base.forms import KeyedForm
from triage.cevt.forms.short_review import PublicIdsField

NOTHING_CHOSEN = "Tick the children CEVT has looked at."


class LookedAtForm(KeyedForm):
    """The matrices that were looked at, with a note where there is something to say."""

    low_matrices = PublicIdsField(error_messages={"required": NOTHING_CHOSEN})
    note = WordsField(rows=2, max_length=2000, required=False, label="Note, if there is something to say")
