"""Pages of people, agencies and teams, for administrators (A1)."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts import invitations
from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms import person as forms
from cems.accounts.leaving import has_left
from cems.accounts.models import Agency, User
from cems.accounts.roles import ROLE_CHOICES, Work
from cems.accounts.selectors import cover
from cems.accounts.selectors import person as selectors
from cems.accounts.selectors.account_change import open_changes
from cems.accounts.selectors.hand_over import open_things_of
from cems.accounts.selectors.token import tokens_of
from cems.accounts.services import person as services
from cems.accounts.services.agency import agency_lead_name, people_confirm, team_save
from cems.accounts.services.appointment import appointment_end, appointment_start
from cems.accounts.services.token import is_service_account
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError, Invalid
from cems.base.form_fields import INCOMPLETE
from cems.base.forms import Handled, PlainForm, handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import local_date, now, today

KEPT_SEARCHES = 5
STATES = [("here", "Working here"), ("gone", "Left"), ("all", "Everybody")]

administrators = requires_work(Shape.PAGE, Work.ADMINISTRATION)
administrators_form = requires_work(Shape.PAGE, Work.ADMINISTRATION, FORM)
administrators_post = requires_work(Shape.POST, Work.ADMINISTRATION)


@administrators_form
def users(request: HttpRequest) -> HttpResponse:
    """People by name; the filters are in the URL, what was searched for only as a token."""
    if request.method == "POST":
        return redirect(_searched(request))
    filters = {
        "agency": request.GET.get("agency", ""),
        "role": request.GET.get("role", ""),
        "state": request.GET.get("state", "here"),
    }
    if filters["state"] not in dict(STATES):
        filters["state"] = "here"
    token = request.GET.get("search", "")
    words = request.session.get("people_searches", {}).get(token, "")
    page = selectors.people_page(on=today(), words=words, after=request.GET.get(AFTER, ""), **filters)
    context = {
        "page": page,
        "filters": filters,
        "token": token,
        "words": words,
        "older_url": next_url(request, page.after),
    }
    context |= {"agencies": selectors.agencies(), "roles": ROLE_CHOICES, "states": STATES}
    return render(request, "people/users.html", context)


def _searched(request: HttpRequest) -> str:
    """Keep the words in the session and return the address with their token: names stay out of URLs."""
    kept = {key: request.POST[key] for key in ("agency", "role", "state") if request.POST.get(key)}
    if words := request.POST.get("q", "").strip()[:120]:
        token = secrets.token_urlsafe(6)
        searches = dict(list(request.session.get("people_searches", {}).items())[-(KEPT_SEARCHES - 1) :])
        request.session["people_searches"] = {**searches, token: words}
        kept["search"] = token
    return f"{reverse('people:users')}?{urlencode(kept)}" if kept else reverse("people:users")


def _handled(request: HttpRequest, form: PlainForm, perform: Callable[[], object]) -> Handled | None:
    """What came of the form; whatever the service refuses, an administrator reads beside its field."""
    return handle_form(request, form, perform, refusals=CommandError)


def _form_page(request: HttpRequest, form: PlainForm, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "page_title": title, "back_url": back, **more}
    return render(request, "people/form.html", context, status=form.status)


def _user(public_id: UUID) -> User:
    return or_404(selectors.person_at(public_id))


@administrators
def user(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One person: particulars, roles now and before, sign-ins."""
    person = _user(public_id)
    context = {
        "person": person,
        "appointments": selectors.appointments_of(person),
        "deputies": cover.covers_of(person, today()),
        "standing_in": cover.covers_by(person, today()),
        "history": selectors.sign_in_history(person, limit=10),
        "gone": has_left(person),
        "own": person == acting_user(request),
        "is_system": is_service_account(person),
        "tokens": tokens_of(person),
        "changes": open_changes(person),
        "now": now(),
        "today": today(),
    }
    return render(request, "people/user.html", context)


@administrators_form
def new(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    form = forms.NewPersonForm(request.POST or None)
    made = _handled(request, form, lambda: services.user_create(acting_user(request), **form.values))
    if made:
        gets = _link_words(_user(made.public_id), "They get a link to choose a password.")
        messages.success(request, f"Added. {gets} Now give them their first role.")
        return redirect("people:appoint", made.public_id)
    return _form_page(request, form, "Add a person", reverse("people:users"))


@administrators_form
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mend a person's particulars."""
    person = _user(public_id)
    form = forms.ParticularsForm(request.POST or None, initial=forms.particulars(person))
    changed = _handled(request, form, lambda: _change(acting_user(request), person, form.values))
    if changed:
        invited = changed.result["invited"]
        messages.success(request, _changed_words(person, invited))
        return redirect("people:user", public_id)
    return _form_page(request, form, "Change particulars", _page_of(person))


def _link_words(person: User, words: str) -> str:
    """`words`, where the link did go out; else what to do."""
    if invitations.could_not_go(person):
        return "The link could not be sent: the mail server does not answer. Send it again from their page later."
    return words


def _changed_words(person: User, invited: str) -> str:
    if invited == "link":
        return f"Saved. {_link_words(person, 'They get a link at the new address.')}"
    if invited == "asked":
        return (
            "Saved. The new address is asked for: both addresses and the other administrators are told, and it holds"
            " when one of them agrees, or after a day where there is none."
        )
    return "Saved."


def _change(user: User, person: User, changes: dict[str, Any]) -> dict[str, str]:
    """Change their particulars; whether that sends them a link at another address, or asks for one."""
    shut = changes.pop("shut", False)
    changed = services.user_change(user, user=person, changes=changes, shut=shut)
    if changed.email != person.email:
        return {"invited": "link" if invitations.can_be_sent(person, today()) else ""}
    return {"invited": "asked" if changes["email"].strip().lower() != person.email else ""}


@administrators_form
def appoint(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a person a role."""
    person = _user(public_id)
    form = forms.AppointmentForm(request.POST or None)
    if _handled(request, form, lambda: appointment_start(acting_user(request), user=person, **form.values)):
        messages.success(request, "The role is given.")
        return redirect("people:user", public_id)
    return _form_page(request, form, "Give a role", _page_of(person), about=person)


@administrators_form
def end_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End one role."""
    row = or_404(selectors.appointment_at(public_id))
    form = forms.EndForm(request.POST or None, initial={"last_day": today()})
    run = _handled(
        request,
        form,
        lambda: appointment_end(
            acting_user(request), appointment=row, last_day=form.cleaned_data["last_day"]
        ),
    )
    if run:
        messages.success(request, "The role ends. What was reached through it closes with its last day.")
        return redirect("people:user", row.user.public_id)
    return _form_page(request, form, f"End the role: {row.role.label}", _page_of(row.user), about=row.user)


@administrators_form
def leave(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A person leaves."""
    person = _user(public_id)
    form = forms.LeaverForm(request.POST or None, initial={"last_day": today()})
    if _handled(request, form, lambda: services.user_end(acting_user(request), user=person, **form.values)):
        messages.success(
            request,
            f"The account of {person} ends. Their roles end with it, and what waits for them is handed on.",
        )
        return redirect("people:user", public_id)
    leaves = [f"{kind.label}: {len(kind.things)}" for kind in open_things_of(person)]
    return _form_page(request, form, "They leave", _page_of(person), about=person, leaves=leaves)


@administrators_form
def reset_second_factor(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a lost second factor away."""
    person = _user(public_id)
    form = forms.ReasonForm(request.POST or None)
    run = _handled(
        request, form, lambda: services.second_factor_reset(acting_user(request), user=person, **form.values)
    )
    if run:
        messages.success(
            request,
            "Asked for, and they are told. It is taken away when a second administrator agrees, or after a day where"
            " there is none; then they are signed out and set up a new one.",
        )
        return redirect("people:user", public_id)
    return _form_page(request, form, "Take a second factor away", _page_of(person), about=person)


@administrators_post
def bring_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a person who left sign in again."""
    services.user_restore(acting_user(request), user=_user(public_id))
    messages.success(request, "They may sign in again. Give them their roles anew.")
    return redirect("people:user", public_id)


@administrators_post
def invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the link to choose a password once more."""
    person = _user(public_id)
    services.invitation_resend(acting_user(request), user=person)
    messages.success(request, _link_words(person, "A new link is on its way to them."))
    return redirect("people:user", public_id)


@administrators
def agencies(request: HttpRequest) -> HttpResponse:
    """Agencies and when each is to confirm its people."""
    return render(request, "people/agencies.html", {"rows": selectors.agency_rows(today())})


@administrators_form
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody of one agency, to be confirmed each quarter."""
    row = or_404(selectors.agency_at(code))
    people = selectors.people_of(row, today())
    form = forms.ConfirmForm(request.POST or None, initial={"expected": len(people)})
    confirmed = handle_form(
        request,
        form,
        lambda: people_confirm(acting_user(request), agency=row, **form.values),
        refusals=(),
    )
    if confirmed:
        messages.success(request, f"Confirmed on {local_date(now()):%-d %B %Y}. The next day is in the list.")
        return redirect("people:agencies")
    if request.method == "POST":
        raise Invalid(INCOMPLETE)
    return render(request, "people/agency.html", {"agency": row, "people": people, "form": form})


@administrators_form
def agency_lead(request: HttpRequest, code: str) -> HttpResponse:
    """Name the safeguarding lead of an agency."""
    row = or_404(selectors.agency_at(code))
    form = forms.AgencyLeadForm(
        selectors.people_here(row, today()), request.POST or None, initial={"lead": _lead_of(row)}
    )
    if _handled(request, form, lambda: agency_lead_name(acting_user(request), agency=row, **form.values)):
        messages.success(request, f"Saved the safeguarding lead of {row}.")
        return redirect("people:agency", row.code)
    return _form_page(request, form, f"Safeguarding lead of {row}", reverse("people:agency", args=[row.code]))


def _lead_of(agency: Agency) -> UUID | None:
    return agency.safeguarding_lead.public_id if agency.safeguarding_lead else None


@administrators
def teams(request: HttpRequest) -> HttpResponse:
    """Teams, duty desks, schools and homes."""
    chosen = request.GET.get("agency", "")
    context = {"teams": selectors.team_rows(today(), chosen), "agencies": selectors.agencies()}
    return render(request, "people/teams.html", {**context, "chosen": chosen})


@administrators_form
def team(request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
    """Add or mend a team."""
    row = or_404(selectors.team_at(public_id)) if public_id else None
    initial = {name: getattr(row, name) for name in forms.TeamForm.base_fields} if row else {}
    if row:
        initial["agency"] = row.agency.code
    form = forms.TeamForm(request.POST or None, initial=initial)
    if _handled(request, form, lambda: team_save(acting_user(request), team=row, **form.values)):
        messages.success(request, "Saved.")
        return redirect("people:teams")
    return _form_page(request, form, "Change the team" if row else "Add a team", reverse("people:teams"))


def _page_of(person: User) -> str:
    return reverse("people:user", args=[person.public_id])
