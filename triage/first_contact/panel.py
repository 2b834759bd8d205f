"""What First Contact asked and found of the newest referral, on the child's page (T1)."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.children.access_control import OpenChild
from cems.children.slots import Panel
from plans.child_content import referrals_of
from plans.models import Referral
from triage.first_contact.selectors.enquiry import gathered
from triage.first_contact.selectors.later_finding import later_findings
from triage.models import LaterFinding


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """What First Contact asked and found of the newest referral; and for First Contact, a new one."""
    newest = next(iter(referrals_of(opened, opened.year_ago)), None)
    evidence = gathered(newest, opened.access, opened.at) if newest else None
    may_refer = opened.access.may(Work.REFERRALS) and (newest is None or newest.outcome)
    known = evidence is not None and (evidence.asked or evidence.assessment)
    if not (known or may_refer):
        return None
    return {
        "referral": newest if known else None,
        "gathered": evidence,
        "later": later_findings(newest) if newest and known else [],
        "refer_url": reverse("first_contact:referral_new", args=[opened.child.public_id])
        if may_refer
        else "",
    }


def found_later(referral: Referral) -> tuple[str, Sequence[LaterFinding]] | None:
    """What was found since the referral was decided, on its page for those who work with the child."""
    rows = later_findings(referral)
    return ("triage/first_contact/_later_findings.html", rows) if rows else None


PANEL = Panel(
    "triage.first_contact", "First Contact", Part.REFERRALS, "triage/first_contact/panel.html", _panel
)
