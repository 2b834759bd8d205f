"""The API of the matrix: a whole submission in one call, and what an account itself submitted (M7, O1)."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cems.accounts.access_control import acting_user
from cems.accounts.api import ApiView, key_of
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.accounts.selectors.person import agencies_with
from cems.accounts.services.token import is_service_account
from cems.audit.services import listed
from cems.base.access_control import AccessRule, Shape
from cems.base.errors import NotAllowed
from cems.base.idempotency import once
from cems.base.not_found import or_404
from cems.base.paging import ByKey
from cems.base.time import local_date, now
from cems.children.access_control import open_child
from cems.children.identity.forms.record import NO_ROLE, NewChildForm
from cems.children.models import Child
from matrix.access_control import PARTS, open_submission
from matrix.api_bodies import AnswerShown, MatrixBody, Received, Whole
from matrix.choices import WhenKind
from matrix.documents import contributors_of
from matrix.models import Submission
from matrix.papers import paper_matrix_of
from matrix.selectors.draft import filled
from matrix.selectors.sent import submission_of, submissions_by, what_happens_now, with_children
from matrix.services.answers import AnswerGiven
from matrix.services.at_once import child_known, child_recorded, matrix_send
from matrix.services.judgement import AREA_FIELDS, FIELDS
from matrix.services.paper_matrix import PaperGiven
from matrix.services.submission import NotReady, Problem

KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key with the same body is one submission, however often it is sent.",
)


class Matrices(ApiView):
    """Where whole matrices are sent."""

    access_rule = AccessRule(Shape.API, work=f"{Work.MATRIX}|{Work.PAPER_MATRIX}")
    write_scope = "matrix:write"

    @extend_schema(request=MatrixBody, responses={201: Received}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Send a whole matrix; the answer never tells whether the child had a record before."""
        user, key = acting_user(request), key_of(request)
        body = MatrixBody(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data

        def perform() -> dict[str, Any]:
            return {"submission": str(_send(request, user, sent).public_id)}

        result, _ = once(user, key=key, action="api.matrix", body=sent, perform=perform)
        [submission] = with_children([or_404(submission_of(user, UUID(result["submission"])))])
        return Response(Received(submission, context={"request": request}).data, status=201)


class Submissions(ApiView):
    """The submissions of an account."""

    access_rule = AccessRule(Shape.API, reason="an account lists what it submitted itself")
    read_scope = "matrix:read"

    @extend_schema(
        responses=Received(many=True),
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
    )
    def get(self, request: Request) -> Response:
        """What this account submitted, newest first; a hundred a page at the most."""
        rows = submissions_by(acting_user(request))
        pages = ByKey()
        pages.ordering = "-pk"
        page: list[Any] = list(with_children(pages.paginate_queryset(rows, request, self) or []))
        listed(
            acting_user(request), what="matrix.submissions", children=[row.child_public_id for row in page]
        )
        return pages.get_paginated_response(Received(page, many=True, context={"request": request}).data)


class OneSubmission(ApiView):
    """One submission."""

    access_rule = AccessRule(Shape.API, part=PARTS[0], parts=PARTS, about_child=True)
    read_scope = "matrix:read"

    @extend_schema(responses=Whole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """A submission with its answers and what happens now, to those who may open its page."""
        opened = open_submission(cast(Any, request), public_id)
        sent = opened.paper
        only = acting_user(request) if opened.only_own else None
        state = filled(opened.child, sent.matrix, local_date(sent.received_at), only=only, submission=sent)
        for code, answer in state.answers.items():
            answer.when, answer.kind = state.seen_words(answer), state.kind_of(code)  # type: ignore[attr-defined] # the serializer's
            answer.band = state.band_of(code)  # type: ignore[attr-defined] # the serializer's
        sent.child_public_id = sent.child.public_id  # type: ignore[attr-defined] # the serializer's
        whole = {
            "submission": sent,
            "matrix": sent.matrix,
            "paper": paper_matrix_of(sent.matrix),
            "strengths_and_worries": {name: getattr(sent.matrix, name) for name in AREA_FIELDS},
            "profile": state.profile,
            "usual": state.usual,
            "contributors": contributors_of(sent, state),
            "freshness": state.freshness,
            "answers": {code: AnswerShown(row).data for code, row in state.answers.items()},
            "steps": what_happens_now(sent, opened.child, now()),
        }
        return Response({**Whole(whole, context={"request": request}).data})


def _send(request: Request, user: User, sent: Mapping[str, Any]) -> Submission:
    paper = _paper(user, sent["paper"]) if "paper" in sent else None
    if paper is None and not profile_of(user).may(Work.MATRIX):
        raise NotAllowed(
            "Your role enters matrices that came by mail or on paper, and sends none of its own."
        )
    return matrix_send(
        user,
        child=_child(request, user, sent),
        paper=paper,
        occasion=sent["occasion"],
        answers=_answers(sent["answers"]),
        fields={name: sent[name] for name in FIELDS if name != "occasion"},
        call=sent["call"],
    )


def _paper(user: User, given: Mapping[str, Any]) -> PaperGiven:
    """How the matrix came. Raises NotAllowed for who does not enter others' matrices, NotReady without its agency."""
    if not profile_of(user).may(Work.PAPER_MATRIX):
        raise NotAllowed("Your role does not include entering matrices that came by mail or on paper.")
    code = given["agency"]
    agency = agencies_with({code}).get(code) if code else None
    if code and agency is None:
        raise NotReady([Problem("There is no agency with this code.", field="paper.agency")])
    return PaperGiven(**{**given, "agency": agency})


def _child(request: Request, user: User, sent: Mapping[str, Any]) -> Child:
    """The child named by an earlier submission, known in reach, or newly recorded."""
    work = Work.PAPER_MATRIX if "paper" in sent else Work.MATRIX
    if "child_id" in sent:
        return _in_reach(request, sent["child_id"], work)
    form = _form(user, sent["child"])
    if not form.is_valid():
        errors = form.errors.get_json_data()
        raise NotReady(
            [
                Problem(fault["message"], field=f"child.{name}")
                for name, faults in errors.items()
                for fault in faults
            ]
        )
    known = child_known(user, asked=form.asked)
    if known:
        return _in_reach(request, known.public_id, work)
    if not (is_service_account(user) or profile_of(user).may(Work.RECORD)):
        raise NotAllowed("Your role does not include making records of children.")
    return child_recorded(user, identity=form.identity, identifiers=form.identifiers, asked=form.asked)


def _in_reach(request: Request, public_id: UUID, work: Work) -> Child:
    return open_child(cast(Any, request), public_id, parts=PARTS, work=work).child


def _form(user: User, who: Mapping[str, Any]) -> NewChildForm:
    """The page's own form, so that what is asked of a new record is one rule."""
    born = who["date_of_birth"]
    day = {"date_of_birth_0": born.day, "date_of_birth_1": born.month, "date_of_birth_2": born.year}
    return NewChildForm(user, {**who, **day, "case_role": NO_ROLE, "key": uuid4()})


def _answers(sent: Mapping[str, Mapping[str, Any]]) -> dict[str, AnswerGiven]:
    """Each answer for the service. Raises NotReady naming the answers whose agency is unknown."""
    agencies = agencies_with({answer["agency"] for answer in sent.values() if answer["agency"]})
    unknown = [code for code, answer in sent.items() if answer["agency"] and answer["agency"] not in agencies]
    if unknown:
        raise NotReady([Problem("There is no agency with this code.", field=code) for code in unknown])
    return {
        code: AnswerGiven(
            answer["seen"],
            answer["when_kind"] or (WhenKind.EXACT if answer["day"] else ""),
            answer["day"],
            answer["what"],
            answer["source"],
            agencies.get(answer["agency"]),
            answer["managed"],
        )
        for code, answer in sent.items()
    }
