"""What was decided on one matrix, and which decisions wait for their confirmation (T3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.actions.models import Action
from cems.base.keyset import Keyset, Page
from cems.children.access.child_access import accesses
from cems.children.access.document import document_url
from cems.children.access.visibility import primary_of
from cems.children.access_control import OpenChild
from cems.children.choices import HarmContext
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.choices import OPEN
from cems.meetings.models import Dissent, Meeting
from matrix.models import Submission
from triage.cevt.outcomes import kind_of
from triage.choices import ItemKind
from triage.models import AdviceVersion, Decision, InformationRequest, Item, Outcome

UNCONFIRMED = Keyset("confirm_clock__due_at", "pk", size=100)
SOURCE = "triage.decision"  # what an action that a decision started says it comes from
DECISION = ("decision__agreed", "decision__decided_by", "decision__meeting")


# Who reads the minutes of CEVT's meetings.
READS_MINUTES = (Work.DECISIONS, Work.CONTRIBUTION, Work.MEETINGS)


@dataclass(frozen=True)
class Decided:
    """A decision as the user who sent the matrix or raised the child reads it; a confirmation counts before what it
    confirms."""

    row: Decision
    first: Decision
    forms: Sequence[str]
    contexts: Sequence[str]
    outcomes: Sequence[Outcome]

    @property
    def waits(self) -> bool:
        """Whether it is provisional and not confirmed yet."""
        return self.row.provisional

    @property
    def feedback(self) -> str:
        """What the chair wrote for whoever brought the child."""
        return self.row.feedback or self.first.feedback

    @property
    def follows(self) -> list[str]:
        """What happens next, a sentence each."""
        return [kind_of(outcome).sentence(outcome) for outcome in self.outcomes]

    @property
    def for_referrer(self) -> list[tuple[str, str]]:
        """What else CEVT wrote for whoever brought the child: why not CEG, advice, each with its label."""
        return [line for outcome in self.outcomes for line in kind_of(outcome).for_referrer(outcome)]

    @property
    def advice(self) -> list[AdviceVersion]:
        """What the decision took from the library of advice."""
        return [entry for outcome in self.outcomes for entry in outcome.advice.all()]

    @property
    def minutes(self) -> list[str]:
        """What follows with its reasons, as those who may read CEVT's decisions read it."""
        return [kind_of(outcome).minute(outcome) for outcome in self.outcomes]


def decided_on(sent: Submission) -> Decided | None:
    """What CEVT decided on this matrix; None while it has not."""
    return decided_of(_item_of(sent))


def _item_of(sent: Submission) -> Item | None:
    return Item.objects.filter(submission=sent).select_related(*DECISION).first()


def decided_of(item: Item | None) -> Decided | None:
    """The decision about an item, read with DECISION; None while there is none."""
    if item is None or item.decision is None:
        return None
    return _decided(item.decision)


def _decided(first: Decision) -> Decided:
    return decided_each([first])[first.pk]


def decided_each(firsts: Sequence[Decision]) -> dict[int, Decided]:
    """Each of these decisions, read with DECISION, as it stands now; the same number of reads for any number."""
    waiting = [first.pk for first in firsts if first.provisional]
    confirmations = Decision.objects.filter(confirms__in=waiting).select_related("agreed", "decided_by")
    confirming = {row.confirms_id: row for row in confirmations} if waiting else {}
    standing = {first.pk: confirming.get(first.pk, first) for first in firsts}
    outcomes: dict[int, list[Outcome]] = defaultdict(list)
    rows = Outcome.objects.filter(decision__in={*standing, *(row.pk for row in standing.values())})
    of_decision = rows.select_related("locality", "provider").prefetch_related("advice").order_by("pk")
    for outcome in of_decision if firsts else ():
        outcomes[outcome.decision_id].append(outcome)
    return {
        first.pk: Decided(
            row := standing[first.pk],
            first,
            [HARM_FORMS.label(form) for form in row.agreed.forms],
            [HarmContext(context).label for context in row.agreed.contexts],
            _outcomes(outcomes, row, first),
        )
        for first in firsts
    }


def _outcomes(outcomes: Mapping[int, Sequence[Outcome]], row: Decision, first: Decision) -> list[Outcome]:
    """What was decided beside the level; of a confirmed decision what stands, and what the confirmation decided."""
    decided = outcomes[row.pk]
    anew = {outcome.kind for outcome in decided}
    before = outcomes[first.pk] if first.pk != row.pk else []
    kept = [outcome for outcome in before if kind_of(outcome).stands and outcome.kind not in anew]
    return sorted([*kept, *decided], key=lambda outcome: outcome.pk)


@dataclass(frozen=True)
class OnTheRecord:
    """The newest decision about a child, as those who may read CEVT's decisions read it on the child's page."""

    decided: Decided
    actions: Sequence[Action]
    dissents: Sequence[Dissent]
    letter_url: str
    earlier: int


def newest_decision(opened: OpenChild) -> OnTheRecord | None:
    """What CEVT decided last about this child, with who does what by when; None where it never did."""
    rows = Decision.objects.filter(child__in=opened.cluster)
    newest = (
        rows.select_related("agreed", "decided_by", "confirms__agreed").order_by("-decided_at", "-pk").first()
    )
    if newest is None:
        return None
    decided = _decided(newest.confirms or newest)
    ids = {str(row.public_id) for row in (decided.row, decided.first)}
    actions = Action.objects.filter(child__in=opened.cluster, source_kind=SOURCE, source_id__in=ids)
    dissents = Dissent.objects.filter(about__in=ids).select_related("agency").order_by("agency__name")
    items = Item.objects.filter(decision=decided.first).select_related("submission")
    return OnTheRecord(
        decided,
        list(actions.select_related("owner_user", "owner_team", "clock").order_by("pk")),
        list(dissents),
        _letter_url(
            opened.child.public_id,
            items.order_by("-received_at", "-pk"),
            matrix=opened.access.sees(Part.MATRIX),
        ),
        rows.count() - len({decided.row.pk, decided.first.pk}),
    )


def _letter_url(child: UUID, items: Iterable[Item], *, matrix: bool) -> str:
    """Where the letter is asked for: of the newest matrix the reader may read, else of a concern that was raised."""
    papers = [item.submission for item in items if item.submission]
    concerns = [item for item in items if item.kind == ItemKind.RAISED]
    if papers and matrix:
        return document_url(child, reverse("cevt:feedback_pdf", args=[papers[0].public_id]))
    return document_url(child, reverse("cevt:item_letter", args=[concerns[0].public_id])) if concerns else ""


def information_waited_for(cluster: Collection[int]) -> Sequence[InformationRequest]:
    """What CEVT asked of a child and nobody has answered, the oldest first; of items that are open.

    `cluster` are the row numbers of the child's record as it was opened.
    """
    rows = InformationRequest.objects.filter(
        child__in=cluster, answered_at__isnull=True, item__closed_at__isnull=True
    )
    return list(rows.select_related("agency", "asked_by", "item").order_by("asked_at", "pk"))


def unconfirmed(
    user: User, after: str = "", *, meeting: Meeting | None = None
) -> Page[tuple[Decision, Child]]:
    """A page of the provisional decisions nobody has confirmed, of children open to the person, what is due first at
    the top; of one meeting, those made there."""
    made_there = Q() if meeting is None else Q(meeting=meeting)
    page = UNCONFIRMED.page(
        Decision.objects.filter(made_there, confirm_clock__stage__in=OPEN)
        .of_visible(user)
        .annotate(primary=primary_of())
        .select_related("agreed", "decided_by", "confirm_clock__owner_user", "confirm_clock__owner_team"),
        after,
    )
    rows = page.rows
    visible = list(Child.objects.visible_to(user).filter(pk__in={row.primary for row in rows}).with_page())
    reach = accesses(user, visible)
    children = {child.pk: child for child in visible if reach[child.pk].sees(Part.CONTRIBUTIONS)}
    return Page([(row, children[row.primary]) for row in rows if row.primary in children], page.after)


def panel(user: User, opened: OpenChild, sent: Submission) -> tuple[str, str, dict[str, object]] | None:
    """On the page of a sent matrix: what CEVT decided, its words for the user who sent it, and what happens next."""
    item = _item_of(sent)
    decided, withdrawn = decided_of(item), item.withdrawn_why if item else ""
    if not (decided or withdrawn):
        return None
    context: dict[str, object] = {
        "found": decided,
        "withdrawn": withdrawn,
        "sees_decision": opened.access.sees(Part.DECISIONS),
        "reads_minutes": any(profile_of(user).may(work) for work in READS_MINUTES),
    }
    return "What CEVT decided", "triage/cevt/decided_panel.html", context
