"""A person's first page: what waits, about whom, how bad and until when; and what is new."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape, requires_sign_in
from cems.base.services.form_draft import form_drafts_of
from cems.base.slots import START_BUTTONS
from cems.base.time import now
from cems.children.history.selectors.involvement import own_claims
from cems.my_work import my_work, waiting_count
from cems.notices.grouping import by_child
from cems.notices.models import Notice
from cems.notices.selectors import unread

NEWS = 10  # groups of notices; the list of notices has all


@requires_sign_in(Shape.PAGE, reason="everybody has a first page")
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what their team has, and what is new for them."""
    user: User = acting_user(request)
    instant, profile = now(), profile_of(user)
    news = _news(user)
    claims, more_claims = own_claims(user) if profile.reaches_children else ([], False)
    work = my_work(user, instant, about={notice.child for notice in news if notice.child})
    named = dict.fromkeys([*work.children, *(claim.child.public_id for claim in claims)])
    if named:
        listed(user, what="home", children=list(named))
    context = {
        "work": work,
        "my_work_count": waiting_count(user, instant),
        "new": by_child(news, work.names)[:NEWS],
        "claims": claims,
        "more_claims": more_claims,
        "unsent": form_drafts_of(user),
        "not_built": [role.not_built for role in profile.roles if role.not_built],
        "buttons": _buttons(user, instant),
    }
    return render(request, "home.html", context)


def _buttons(user: User, at: datetime) -> list[dict[str, str]]:
    """The person's main jobs, each with how much waits on its page."""
    profile = profile_of(user)
    return [
        {
            "label": f"{button.label} ({number})" if number else button.label,
            "url": reverse(button.url_name),
        }
        for button in START_BUTTONS
        if any(profile.may(Work(work)) for work in button.works)
        and (button.offered is None or button.offered(user))
        for number in [button.count(user, at) if button.count else 0]
    ]


def _news(user: User) -> list[Notice]:
    """What the person was told, save of clocks and actions: those stand in the lists below, with what is left."""
    return [notice for notice in unread(user, 50) if not notice.kind.startswith(("clock.", "action."))]
