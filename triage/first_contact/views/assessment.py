"""First Contact works on one referral: asks agencies, writes down what it found, decides (T1)."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import Team, User
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import local_date, now
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page
from matrix.services.owners import team_of_worker
from plans.models import Referral, Request
from plans.selectors.referral import referral_at, request_since
from plans.services.strategy_meeting import strategy_meeting_request
from plans.views import paper_page
from triage.first_contact.forms import (
    MANAGERS_REASON,
    AnswerForm,
    AskForm,
    DecideForm,
    FoundForm,
    StoppedForm,
)
from triage.first_contact.outcomes import OUTCOMES
from triage.first_contact.selectors.enquiry import Gathered, enquiry_at, gathered, teams_to_ask, teams_to_take
from triage.first_contact.selectors.later_finding import later_findings
from triage.first_contact.selectors.significant import managers_of_front_door, newest_request
from triage.first_contact.services.assessment import findings_of, referral_assessment_save, referral_settle
from triage.first_contact.services.enquiry import agency_enquiry_answer, agency_enquiry_open
from triage.first_contact.services.significant import BelowSignificant

DECIDED = "This referral is decided. What you wrote was not kept."
WORDS = (
    "what",
    "approach_why",
    "to_team_why",
    "rationale",
    "below_why",
)  # what is written in a step, in any form
requires_referral = requires_child(Shape.PAGE, Part.REFERRALS, work=Work.REFERRALS)
_form_door = requires_child(Shape.PAGE, Part.REFERRALS, work=Work.REFERRALS, methods=FORM)


@requires_referral
def referral(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """One referral: what is done and what is still to do, what came with it, what agencies answered."""
    return _referral_page(request, opened, _row(opened, referral_id))


def _referral_page(request: HttpRequest, opened: OpenChild, row: Referral, words: str = "") -> HttpResponse:
    """The page of the referral; with the words of a step that came too late to be kept."""
    evidence = gathered(row, opened.access, now())
    asked = request_since(opened.child, row.received_at)
    context = {
        **paper_page(request, opened, row),
        "gathered": evidence,
        "meeting": asked,
        "tasks": [] if row.outcome else _tasks(opened, row, evidence, asked),
        "later": later_findings(row),
        "not_kept": words,
    }
    return render(request, "triage/first_contact/referral.html", context, status=409 if words else 200)


def _tasks(
    opened: OpenChild, row: Referral, evidence: Gathered, meeting: Request | None
) -> list[dict[str, str]]:
    """The steps of a referral, each with where it stands."""
    where = [opened.child.public_id, row.public_id]
    assessment, waiting = evidence.assessment, evidence.waiting
    tasks = [
        {
            "title": "Ask agencies what they know",
            "url": reverse("first_contact:enquiry_new", args=where),
            "status": f"{len(evidence.answered)} of {len(evidence.asked)} answered"
            if evidence.asked
            else "Nobody asked yet",
            "colour": "" if evidence.asked and not waiting else "blue",
        },
        {
            "title": "Write down what you found",
            "hint": "Level of need, section 47, where the risk lies, which team",
            "url": reverse("first_contact:assessment", args=where),
            "status": assessment.get_threshold_display() if assessment and assessment.threshold else "To do",
            "colour": "" if assessment and assessment.threshold else "blue",
        },
    ]
    if meeting:
        tasks.append(
            {
                "title": "Strategy meeting",
                "hint": f"Asked for on {meeting.requested_at:%-d %B}: held, or threshold not met and why",
                "url": reverse("plans:request", args=[opened.child.public_id, meeting.public_id]),
                "status": meeting.get_answer_display() if meeting.answer else "Not answered yet",
                "colour": "" if meeting.answer else "blue",
            }
        )
    late = f"{len(waiting)} not answered yet; the decision need not wait" if waiting else ""
    return [
        *tasks,
        {
            "title": "Decide",
            "hint": late,
            "url": reverse("first_contact:referral_decide", args=where),
            "status": "To do",
            "colour": "blue",
        },
    ]


@_form_door
def ask(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """Ask several agencies what they know; those asked before who have not answered are not asked twice."""
    row, teams = _row(opened, referral_id), teams_to_ask(opened.child)
    if row.outcome:
        return _too_late(request, opened, row)
    form = AskForm(teams, request.POST or None)
    asked = handle_form(request, form, lambda: _ask(request, row, teams, form))
    if asked:
        names = asked.result["names"]
        messages.success(
            request, f"Asked: {names}." if names else "They were asked already, and have not answered yet."
        )
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    context = {
        **child_page(request, opened, current="children:overview"),
        "row": row,
        "form": form,
        "gathered": gathered(row, opened.access, now()),
    }
    return render(request, "triage/first_contact/ask.html", context, status=form.status)


def _ask(request: HttpRequest, row: Referral, teams: Sequence[Team], form: AskForm) -> dict[str, str]:
    """Ask; the agencies that are newly asked, by name."""
    chosen, what = form.chosen(teams), form.cleaned_data["what"]
    asked = agency_enquiry_open(acting_user(request), referral=row, teams=chosen, what=what)
    return {"names": ", ".join(str(enquiry.agency) for enquiry in asked)}


@_form_door
def answer_for(request: HttpRequest, opened: OpenChild, referral_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Write down what an agency said by telephone."""
    row = _row(opened, referral_id)
    asked = or_404(enquiry_at(row, enquiry_id))
    if asked.answered:
        messages.info(request, f"{asked.agency} has answered already.")
        if words := request.POST.get("text", "").strip():
            return _referral_page(request, opened, row, words)
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    form = AnswerForm(request.POST or None)
    if handle_form(
        request, form, lambda: agency_enquiry_answer(acting_user(request), enquiry=asked, **form.values)
    ):
        messages.success(request, f"The answer of {asked.agency} is kept.")
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    return form_page(
        request,
        opened,
        form,
        title=f"What {asked.agency} says",
        text=f"You asked: {asked.what}",
        current="children:overview",
        back=reverse("first_contact:referral", args=[opened.child.public_id, row.public_id]),
    )


@_form_door
def found(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """Write down the need, section 47, where the risk lies, the approach and the team; a colleague's save shows."""
    row = _row(opened, referral_id)
    if row.outcome:
        return _too_late(request, opened, row)
    assessment = gathered(row, opened.access, now()).assessment
    begun = FoundForm.told(findings_of(assessment), assessment.version if assessment else 0)
    form = FoundForm(teams_to_take(opened.child), request.POST or None, initial=begun)
    if handle_form(request, form, lambda: _save(request, row, form)):
        messages.success(request, "What you found is kept.")
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    if form.lost:  # sent again, it replaces what the colleague wrote, which stands beside it
        form.send_next(version=str(form.lost.version))
    context = {
        **child_page(request, opened, current="children:overview"),
        "row": row,
        "form": form,
        "lost": form.lost,
    }
    return render(request, "triage/first_contact/found.html", context, status=form.status)


def _save(request: HttpRequest, row: Referral, form: FoundForm) -> None:
    version, findings = form.cleaned_data["version"], form.findings
    referral_assessment_save(acting_user(request), referral=row, version=version, findings=findings)


@_form_door
def decide(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """Decide the referral: outcome, reasons, and the status that goes with it where one chooses so."""
    row, sent = _row(opened, referral_id), request.POST
    if row.outcome:
        return _too_late(request, opened, row)
    managers = managers_of_front_door(opened.child, local_date(opened.at)) if sent else ()
    step = sent.get("step")
    if step == "ask":
        _ask_meeting(request, opened, row)
        return _stopped(request, opened, row, StoppedForm(managers, initial=sent.dict()))
    form = (
        DecideForm(managers, initial=sent.dict()) if step == "change" else DecideForm(managers, sent or None)
    )
    if handle_form(request, form, lambda: referral_settle(acting_user(request), referral=row, **form.values)):
        messages.success(
            request,
            f"{row.reference} is decided. The person who made the referral is told, with your reasons.",
        )
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    if form.is_bound and (
        isinstance(form.refusal, BelowSignificant) or form.errors.keys() & set(MANAGERS_REASON)
    ):
        return _stopped(request, opened, row, _with_reason(managers, sent, form.refusal))
    context = {
        **child_page(request, opened, current="children:overview"),
        "row": row,
        "form": form,
        "gathered": gathered(row, opened.access, now()),
    }
    return render(request, "triage/first_contact/decide.html", context, status=form.status)


def _with_reason(managers: Sequence[User], sent: QueryDict, refusal: CommandError | None) -> StoppedForm:
    """The form in which a manager of First Contact is named; with what is wrong once a reason was given."""
    if not sent.keys() & set(MANAGERS_REASON):
        return StoppedForm(managers, initial=sent.dict())
    stopped = StoppedForm(managers, sent)
    if refusal:
        stopped.refuse(refusal)
    return stopped


def _stopped(request: HttpRequest, opened: OpenChild, row: Referral, form: StoppedForm) -> HttpResponse:
    """Why nothing is decided yet and what is needed first; all that was typed goes on with each button."""
    context = {
        **child_page(request, opened, current="children:overview"),
        "row": row,
        "form": form,
        "gathered": gathered(row, opened.access, now()),
        "meeting": newest_request(opened.child),
        "outcome": OUTCOMES.get(request.POST.get("outcome", "")),
        "rationale": request.POST.get("rationale", ""),
    }
    return render(request, "triage/first_contact/stopped.html", context, status=409)


@requires_child(Shape.POST, Part.REFERRALS, work=Work.REFERRALS)
def ask_meeting(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """Ask for a strategy meeting; a request that is open stands."""
    row = _row(opened, referral_id)
    _ask_meeting(request, opened, row)
    return redirect("first_contact:referral", opened.child.public_id, row.public_id)


def _ask_meeting(request: HttpRequest, opened: OpenChild, row: Referral) -> None:
    asked = strategy_meeting_request(
        acting_user(request), child=opened.child, owner=team_of_worker(opened.child), source=row.source
    )
    messages.success(request, f"{asked.reference}: a strategy meeting is asked for.")


def _row(opened: OpenChild, referral_id: UUID) -> Referral:
    return or_404(referral_at(opened.child, referral_id))


def _too_late(request: HttpRequest, opened: OpenChild, row: Referral) -> HttpResponse:
    """A step of a referral that was decided meanwhile: say so, and show the decision beside what was typed."""
    words = "\n\n".join(filter(str.strip, (request.POST.get(name, "") for name in WORDS)))
    if words and not _is_decision(request, row):
        messages.info(request, DECIDED)
        return _referral_page(request, opened, row, words)
    messages.info(request, f"{row.reference} is decided.")
    return redirect("first_contact:referral", opened.child.public_id, row.public_id)


def _is_decision(request: HttpRequest, row: Referral) -> bool:
    """Whether what was sent is the decision that stands, by this user: it was sent twice."""
    sent = (request.POST.get("outcome"), request.POST.get("rationale", "").strip())
    return row.decided_by_id == acting_user(request).pk and sent == (row.outcome, row.rationale.strip())
