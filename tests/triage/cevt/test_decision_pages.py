"""A decision of CEVT on its page: checked, said and made, and what came in between is said plainly."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.matching.selectors.merge import preview
from cems.children.matching.services.merge import merge_make
from cems.children.models import Child
from cems.meetings.models import Contribution
from tests.factories.children import make_child
from tests.factories.matrices import submit, submit_paper
from tests.factories.people import make_team, make_user, sign_in, take_document
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from tests.triage.cevt.pages import ADVISED, LIST, hidden, said, sheet
from triage.cevt.selectors.decision import UNCONFIRMED
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import item_withdraw
from triage.models import Decision, Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def fields(client: Client, child: Child, **typed: object) -> dict[str, object]:
    """What the decision form sends: its own hidden fields with what was typed."""
    html = client.get(sheet(child)).content.decode()
    form = html[html.index('id="decision"') :]
    return {
        "step": "check",
        "level": "3",
        "rationale": "An older man drives her about.",
        "feedback": "Clear and dated.",
        **{name: value for name, value in hidden(form).items() if name in {"key", "seen"}},
        **typed,
    }


@pytest.mark.requirement("T3", "T4")
def test_a_decision_is_checked_said_and_made_without_javascript(chair: User, child: Child) -> None:
    sender = make_user()
    item = waiting_child(child, by=sender)
    sitting(chair, *QUORATE)
    client = sign_in(chair)
    typed = fields(
        client,
        child,
        harms=["criminal"],
        outcomes=["disruption", "advice"],
        disruption_why="The car outside school.",
        advice_why="Talk with the aunt.",
        action1_title="Ask the youth club",
        action1_owner=f"user:{chair.public_id}",
        action1_days="3",
        feedback="Clear and dated: thank you.",
    )
    check = client.post(sheet(child), typed)
    html = unescape(check.content.decode())
    assert check.status_code == 200 and not Decision.objects.exists()
    for effect in (
        "Significant is the agreed level",
        "The child goes on the CEG board of East",
        "The child waits for a child exploitation worker",
        "Start urgent disruption",
        "Ask the youth club",
        f"{sender}, who sent the matrix",
    ):
        assert effect in html, effect
    assert "provisional" not in html
    sent = {**hidden(check.content.decode()), **typed, "step": "decide"}
    assert client.post(sheet(child), sent).status_code == 302
    row = Decision.objects.get()
    assert (row.agreed.level, row.agreed.forms, row.provisional_why) == (3, ["criminal"], "")
    assert {outcome.kind for outcome in row.outcomes.all()} == {"ceg", "allocation", "disruption", "advice"}
    # Sent again by an impatient finger it is the same decision; the matrix's page has it in the same minute.
    assert client.post(sheet(child), sent).status_code == 302
    assert Decision.objects.count() == 1
    assert item.submission
    page = said(sign_in(sender), reverse("matrix:submission", args=[item.submission.public_id]))
    assert "Clear and dated: thank you." in page and "Talk with the aunt." in page
    assert "An older man drives her about." not in page  # CEVT's own reasons
    address = reverse("cevt:feedback_pdf", args=[item.submission.public_id])
    letter = take_document(sign_in(sender), child, address)
    assert letter["Content-Type"] == "application/pdf"
    assert (
        "Madeup" not in letter["Content-Disposition"]
        and item.submission.reference.lower() in letter["Content-Disposition"]
    )


@pytest.mark.requirement("T3")
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(chair: User) -> None:
    child = make_child()  # without a locality (cevt-f10)
    waiting_child(child)
    client = sign_in(chair)
    typed = fields(client, child, rationale="Kept words.")
    answer = client.post(sheet(child), typed)
    html = unescape(answer.content.decode())
    assert answer.status_code == 400 and "Choose the locality whose CEG board takes the child." in html
    assert "Kept words." in html and "There is a problem" in html
    answer = client.post(sheet(child), {**typed, "rationale": "", "level": "", "action1_title": "Ring"})
    html = unescape(answer.content.decode())
    assert "Choose the level that is agreed." in html and "Say why this level is agreed." in html
    assert "Choose who has action 1." in html
    back = client.post(sheet(child), {**typed, "step": "change"})
    assert "Kept words." in back.content.decode() and back.status_code == 200


def test_adopt_takes_the_submitted_level_over_and_still_asks_why(chair: User, child: Child) -> None:
    waiting_child(child, level=MODERATE)
    client = sign_in(chair)
    answer = client.post(sheet(child), fields(client, child, step="adopt", level="", rationale=""))
    html = answer.content.decode()
    assert re.search(r'name="level"[^>]*value="2"[^>]*checked', html) or re.search(
        r'value="2"[^>]*checked[^>]*name="level"|checked[^>]*value="2"', html
    )
    assert not Decision.objects.exists()


@pytest.mark.requirement("T3")
def test_cevt_f1_and_f2_at_the_page_a_decided_or_withdrawn_child_is_said_plainly(
    chair: User, child: Child
) -> None:
    item = waiting_child(child)
    client = sign_in(chair)
    typed = fields(client, child, rationale="Typed by the slower chair.")
    first = decision_make(make_chair(), child=child, ruling=ruling(item))
    for step in ("check", "decide"):
        answer = client.post(sheet(child), {**typed, "step": step})
        html = unescape(answer.content.decode())
        assert answer.status_code == 409 and f"has decided this already ({first.reference})" in html
        assert "Typed by the slower chair." in html
    assert Decision.objects.count() == 1
    other = make_child(locality=child.locality)
    gone = waiting_child(other)
    typed = fields(client, other, rationale="Typed before it was withdrawn.")
    item_withdraw(chair, item=gone, why="About another child.")
    answer = client.post(sheet(other), {**typed, "step": "decide"})
    assert answer.status_code == 409
    assert "This was taken off CEVT's list." in unescape(answer.content.decode())
    assert "Typed before it was withdrawn." in answer.content.decode()


@pytest.mark.requirement("T3")
def test_cevt_f3_at_the_page_provisional_is_said_before_and_confirmed_after(
    chair: User, child: Child
) -> None:
    waiting_child(child)
    sitting(chair, "health")
    client = sign_in(chair)
    assert "Provisional if made now: without children's services" in said(client, sheet(child))
    typed = fields(client, child)
    assert "This decision is provisional" in unescape(client.post(sheet(child), typed).content.decode())
    client.post(sheet(child), {**typed, "step": "decide"})
    row = Decision.objects.get()
    assert "Madeup" in said(client, reverse("cevt:provisional")) and row.provisional
    confirm = reverse("cevt:decision_confirm", args=[child.public_id])
    page = client.get(confirm).content.decode()
    again = {
        **{name: value for name, value in hidden(page).items() if name in {"key", "seen"}},
        "level": "2",
        "rationale": "With the team manager.",
        **ADVISED,
        "step": "decide",
    }
    refused = client.post(confirm, again)
    assert refused.status_code == 400 and "Say who of the police" in unescape(refused.content.decode())
    agreed = {**again, "agreed_with": "Team manager, by phone at 15:10"}
    assert "Check before you confirm" in unescape(
        client.post(confirm, {**agreed, "step": "check"}).content.decode()
    )
    assert client.post(confirm, agreed).status_code == 302
    assert Decision.objects.get(confirms=row).agreed.level == MODERATE
    assert "Every decision is final" in said(client, reverse("cevt:provisional"))


@pytest.mark.requirement("T3")
def test_every_provisional_decision_is_reached_by_pages(
    chair: User, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UNCONFIRMED, "size", 1)
    children = [child, *(make_child(locality=child.locality) for _ in range(2))]
    for one in children:
        decision_make(chair, child=one, ruling=ruling(waiting_child(one)))
    client, address, seen = sign_in(chair), reverse("cevt:provisional"), []
    for number in range(3):
        page = client.get(address)
        seen += [shown.pk for _, shown, _ in page.context["rows"]]
        address = page.context["older_url"]
        assert ("More provisional decisions" in page.content.decode()) is (number < 2)
    assert not address and sorted(seen) == sorted(one.pk for one in children)


@pytest.mark.requirement("T3")
def test_cevt_f4_at_the_page_a_newer_matrix_is_shown_before_the_next_try(chair: User, child: Child) -> None:
    sender = make_user()
    waiting_child(child, level=MODERATE, by=sender)
    client = sign_in(chair)
    typed = fields(client, child, level="2", rationale="Before the newer one.", **ADVISED)
    newer = submit(sender, child, SIGNIFICANT)
    answer = client.post(sheet(child), {**typed, "step": "decide"})
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and f"A newer matrix has come ({newer.reference})" in html
    assert "Before the newer one." in html and not Decision.objects.exists()
    seen = hidden(html[html.index('id="decision"') :])
    assert client.post(sheet(child), {**typed, "seen": seen["seen"], "step": "decide"}).status_code == 302
    assert Decision.objects.get().items.count() == 2


@pytest.mark.requirement("T2", "T3")
def test_one_on_paper_received_before_the_newest_but_entered_meanwhile_is_shown_too(
    chair: User, child: Child
) -> None:
    waiting_child(child, level=MODERATE)
    client = sign_in(chair)
    typed = fields(client, child, level="2", rationale="Before the paper came.", **ADVISED)
    paper = submit_paper(make_user("first_contact"), child, received_at=now() - timedelta(days=2))
    assert paper.received_at < Item.objects.exclude(submission=paper).get(child=child).received_at
    answer = client.post(sheet(child), {**typed, "step": "decide"})
    html = unescape(answer.content.decode())
    assert (
        answer.status_code == 409
        and f"A matrix on paper has been entered ({paper.reference}, received" in html
    )
    assert reverse("matrix:submission", args=[paper.public_id]) in html and "Also to decide" in html
    assert not Decision.objects.exists()
    assert Item.objects.get(submission=paper).closed_at is None
    seen = hidden(html[html.index('id="decision"') :])
    assert client.post(sheet(child), {**typed, "seen": seen["seen"], "step": "decide"}).status_code == 302
    assert Decision.objects.get().items.count() == 2


@pytest.mark.requirement("T3")
def test_cevt_f5_at_the_page_a_merged_childs_old_address_decides_about_the_whole(
    chair: User, child: Child
) -> None:
    other = make_child(locality=child.locality)
    waiting_child(child)
    submit(make_user(), other, MODERATE)
    client = sign_in(chair)
    typed = fields(client, child)
    wanted = preview(child, other)
    merge_make(
        make_user("first_contact"),
        primary=child,
        other=other,
        why="One child",
        decisions={choice.key: "primary" for choice in wanted.choices},
    )
    html = said(client, LIST)
    assert html.count(f'href="{sheet(child)}"') and sheet(other) not in html
    assert said(client, sheet(other))
    answer = client.post(sheet(other), {**typed, "step": "decide"})
    if answer.status_code == 409:  # the newest matrix is the other record's: it is on the sheet now
        page = answer.content.decode()
        seen = hidden(page[page.index('id="decision"') :])["seen"]
        answer = client.post(sheet(other), {**typed, "seen": seen, "step": "decide"})
    assert answer.status_code == 302
    assert Decision.objects.get().child == child and Decision.objects.get().items.count() == 2


def test_a_member_decides_nothing(child: Child) -> None:
    waiting_child(child)
    client = sign_in(make_user("cevt_member", team=make_team()))
    for step in ("check", "decide", "adopt", "change"):
        assert client.post(sheet(child), {"step": step}).status_code == 403
    for name in ("information_request_new", "item_withdraw", "decision_confirm"):
        assert client.get(reverse(f"cevt:{name}", args=[child.public_id])).status_code == 403
    assert client.post(sheet(child), {"step": "unheard of"}).status_code == 400
    assert not Decision.objects.exists() and not Contribution.objects.exists()
