"""A matrix that came by mail or on paper is entered for its author, who is told as the house can (T2)."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import Agency, Duty, Team, User
from cems.accounts.selectors.person import person_with_email
from cems.actions.models import Action
from cems.actions.services import Asked, Source, action_complete, actions_open
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.notices.services import notice_send
from matrix.choices import CameBy, MatrixState, Occasion
from matrix.models import Matrix, PaperMatrix, Submission
from matrix.papers import paper_matrix_of
from matrix.policy import FOLLOW_DAYS
from matrix.practice_lists import OCCASIONS
from matrix.services.drafts import matrix_begin
from matrix.services.owners import desk

TELL_AUTHOR = "tell-author"  # the follow-up of a submission whose author has no account
SOURCE = "matrix.paper"


@dataclass(frozen=True)
class PaperGiven:
    """What the desk writes of a matrix that came: its author, how to reach them, when it was received and how.

    `author_email` finds the author's account, where they have one.
    """

    author_name: str
    author_role: str
    author_contact: str
    came_by: str
    received_at: datetime
    agency: Agency | None = None
    agency_name: str = ""
    author_email: str = ""


@command
def paper_matrix_start(
    user: User,
    *,
    child: Child,
    paper: PaperGiven,
    occasion: str = Occasion.CONCERN,
    at: datetime | None = None,
) -> Matrix:
    """Begin to enter a matrix that came by mail or on paper: a draft of its own, with nothing copied forward.

    Raises Invalid naming the field to mend (received in the future, no author, no agency), Conflict while the user
    has another of their own in progress for this child.
    """
    instant = at or now()
    _check(paper, instant)
    if not OCCASIONS.offers(occasion, local_date(instant)):
        raise Invalid("Choose why the matrix is made now.", field="occasion")
    primary = lock_cluster(child.pk)
    drafts = Matrix.objects.of(primary).filter(state=MatrixState.DRAFT, own=True, started_by=user)
    if draft := drafts.first():
        raise Conflict(
            f"You have {draft.reference} of this child in progress. Send or withdraw it, then enter this one."
        )
    matrix = matrix_begin(user, primary=primary, occasion=occasion, own=True, at=instant)
    author = (
        person_with_email(paper.author_email, local_date(instant)) if paper.author_email.strip() else None
    )
    PaperMatrix.objects.create(
        matrix=matrix,
        author=author,
        author_name=_clean(paper.author_name),
        author_role=_clean(paper.author_role),
        author_contact=_clean(paper.author_contact or paper.author_email),
        agency=paper.agency,
        agency_name="" if paper.agency else _clean(paper.agency_name),
        came_by=paper.came_by,
        received_at=paper.received_at,
        entered_by=user,
        entered_at=instant,
    )
    return matrix


def _check(paper: PaperGiven, at: datetime) -> None:
    wanted = (
        ("author_name", paper.author_name, "Write the name of who made it."),
        ("author_role", paper.author_role, "Write their role, such as school nurse."),
        (
            "author_contact",
            paper.author_contact or paper.author_email,
            "Write how to reach them: an address, e-mail address or telephone number.",
        ),
    )
    for field, given, message in wanted:
        if says_nothing(given):
            raise Invalid(message, field=field)
    if paper.agency is None and says_nothing(paper.agency_name):
        raise Invalid("Choose their agency, or write its name.", field="agency")
    if paper.came_by not in CameBy.values:
        raise Invalid("Say how it came.", field="came_by")
    if paper.received_at > at:
        raise Invalid("This is still to come. Write when it was received.", field="received_at")


def _clean(words: str) -> str:
    return words.replace("\x00", "").strip()


def sender_of(submission: Submission) -> User | Team:
    """Who has what is asked of whoever sent a matrix: they themselves, or the desk for an author without an account."""
    paper = paper_matrix_of(submission.matrix)
    if paper is None or paper.author:
        return submission.submitted_by
    return desk(Duty.FRONT_DOOR, submission.child)


@command
def author_tell(user: User, *, submission: Submission, paper: PaperMatrix, at: datetime) -> None:
    """The matrix is entered: an author with an account is told, else the desk has it to do."""
    if paper.author:
        notice_send(
            {paper.author.pk} - {user.pk},
            kind="matrix.paper",
            key=f"matrix:paper:{paper.public_id}",
            text=f"{submission.reference}: the matrix you sent by mail or on paper is entered. See what happens now.",
            url=reverse("matrix:submission", args=[submission.public_id]),
            reference=submission.reference,
            child=submission.child.public_id,
            at=at,
        )
        return
    child = submission.child
    length = FOLLOW_DAYS.read(at, child.area_id)
    tell = Asked(
        "Tell the author that the matrix was received",
        desk(Duty.FRONT_DOOR, child),
        close_of_business(at, length.value, word="entered"),
        key=TELL_AUTHOR,
        detail="The page of the matrix says how to reach them; record there how they were told.",
        length=length,
    )
    source = Source(SOURCE, str(paper.public_id), submission.reference)
    actions_open(user, asked=[tell], child=child, source=source, at=at)


@command
def author_told(user: User, *, submission: Submission, how: str, at: datetime | None = None) -> PaperMatrix:
    """The desk has told an author without an account: how, when and by whom. Raises Conflict when they were."""
    instant = at or now()
    primary = lock_cluster(submission.child_id)
    rows = PaperMatrix.objects.select_for_update(no_key=True, of=("self",)).select_related("told_by")
    paper = rows.filter(matrix=submission.matrix_id).first()
    if paper is None:
        raise Conflict("This matrix was sent by its author here, who has followed it since.")
    if paper.author_id or paper.told_at:
        who = f" by {paper.told_by}" if paper.told_by else ""
        raise Conflict(f"The author has been told already{who}.")
    if says_nothing(how):
        raise Invalid("Say how the author was told, such as a letter to which address.", field="how")
    paper.told_how, paper.told_at, paper.told_by = _clean(how), instant, user
    paper.save(update_fields=["told_how", "told_at", "told_by"])
    for action in Action.objects.from_source(SOURCE, paper.public_id).to_do():
        action_complete(user, action=action, outcome="The author has been told.", at=instant)
    record(user, verb=Verb.CHANGED, subject=paper, child=primary.public_id, part="matrix", at=instant)
    return paper
