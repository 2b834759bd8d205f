"""What was decided on one matrix, and which decisions wait for their confirmation (T3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.actions.models import Action
from cems.children.access.child_access import accesses
from cems.children.access.visibility import primary_of
from cems.children.access_control import OpenChild
from cems.children.choices import HarmContext
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.choices import OPEN
from cems.meetings.models import Dissent
from matrix.models import Submission
from triage.cevt.outcomes import kind_of
from triage.models import AdviceVersion, Decision, InformationRequest, Item, Outcome

MOST = 200
SOURCE = "triage.decision"  # what an action that a decision started says it comes from
DECISION = ("decision__agreed", "decision__decided_by")


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
    row = (_confirming(first) or first) if first.provisional else first
    return Decided(
        row,
        first,
        [HARM_FORMS.label(form) for form in row.agreed.forms],
        [HarmContext(context).label for context in row.agreed.contexts],
        _outcomes(row, first),
    )


def _outcomes(row: Decision, first: Decision) -> list[Outcome]:
    """What was decided beside the level; of a confirmed decision what stands, and what the confirmation decided."""
    rows = Outcome.objects.filter(decision__in={row.pk, first.pk}).select_related("locality", "provider")
    outcomes = list(rows.prefetch_related("advice").order_by("pk"))
    anew = {outcome.kind for outcome in outcomes if outcome.decision_id == row.pk}
    return [
        outcome
        for outcome in outcomes
        if outcome.decision_id == row.pk or (kind_of(outcome).stands and outcome.kind not in anew)
    ]


@dataclass(frozen=True)
class OnTheRecord:
    """The newest decision about a child, as those who may read CEVT's decisions read it on the child's page."""

    decided: Decided
    actions: Sequence[Action]
    dissents: Sequence[Dissent]
    letter_of: Submission | None
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
    items = Item.objects.filter(decision=decided.first, submission__isnull=False).select_related("submission")
    item = items.order_by("-received_at", "-pk").first() if opened.access.sees(Part.MATRIX) else None
    return OnTheRecord(
        decided,
        list(actions.select_related("owner_user", "owner_team", "clock").order_by("pk")),
        list(dissents),
        item.submission if item else None,
        rows.count() - len({decided.row.pk, decided.first.pk}),
    )


def _confirming(first: Decision) -> Decision | None:
    decision: Decision | None = (
        Decision.objects.filter(confirms=first).select_related("agreed", "decided_by").first()
    )
    return decision


def information_waited_for(cluster: Collection[int]) -> Sequence[InformationRequest]:
    """What CEVT asked of a child and nobody has answered, the oldest first; of items that are open.

    `cluster` are the row numbers of the child's record as it was opened.
    """
    rows = InformationRequest.objects.filter(
        child__in=cluster, answered_at__isnull=True, item__closed_at__isnull=True
    )
    return list(rows.select_related("agency", "asked_by", "item").order_by("asked_at", "pk"))


def unconfirmed(user: User) -> Sequence[tuple[Decision, Child]]:
    """Provisional decisions nobody has confirmed, of children open to the person, what is due first at the top."""
    rows = list(
        Decision.objects.filter(confirm_clock__stage__in=OPEN)
        .of_visible(user)
        .annotate(primary=primary_of())
        .select_related("agreed", "decided_by", "confirm_clock__owner_user", "confirm_clock__owner_team")
        .order_by("confirm_clock__due_at", "pk")[:MOST]
    )
    visible = list(Child.objects.visible_to(user).filter(pk__in={row.primary for row in rows}).with_page())
    reach = accesses(user, visible)
    children = {child.pk: child for child in visible if reach[child.pk].sees(Part.CONTRIBUTIONS)}
    return [(row, children[row.primary]) for row in rows if row.primary in children]


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
    }
    return "What CEVT decided", "triage/cevt/decided_panel.html", context
