"""Every address of CEMS with its access rule, and how its arguments come from a child's story.

An address that takes arguments and has no recipe here fails a guard: no guard and no journey could open it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cems.accounts.access_control import ALLAUTH_RULES
from cems.accounts.models import Appointment, Delegation, User
from cems.accounts.roles import Part
from cems.base.access_control import AccessRule, Shape
from cems.base.time import today
from cems.children.models import Child, EmergencyAccess
from matrix.instrument import current
from tests.factories.allocation import Allocated
from tests.factories.triage import advise
from tests.factories.world import Story, World

# What a recipe makes: the keyword arguments of the address.
OfStory = Callable[[Story, User], dict[str, Any]]
OfWorld = Callable[[World, User], dict[str, Any]]


def _child(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.child.public_id}


def _and(**more: Callable[[Story, User], Any]) -> OfStory:
    """The child's address and more within it."""
    return lambda story, user: {
        **_child(story, user),
        **{name: ask(story, user) for name, ask in more.items()},
    }


def _draft(**more: Any) -> OfStory:
    return lambda story, user: {"public_id": story.draft_of(user).public_id, **more}


def _submission(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.papers_of(user).public_id}


def _item(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.item.public_id}


def _action(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.action.public_id}


def _clock(story: Story, user: User) -> dict[str, Any]:
    assert story.action.clock is not None
    return {"public_id": story.action.clock.public_id}


def _there(found: Any) -> Any:
    """What the story has; one that has it not can't be asked for this address."""
    assert found is not None
    return found


def _seated(story: Story, user: User) -> UUID:
    """An agency with a seat at CEVT."""
    row = Appointment.objects.filter(role_key="cevt_member").select_related("user__agency").order_by("pk")[0]
    return row.user.agency.public_id


# Addresses about a child whose arguments are more than the child's public id.
OF_STORY: dict[str, OfStory] = {
    "children:claim_decide": lambda story, user: {"involvement_id": story.claim.public_id},
    "children:involvement_end": _and(involvement_id=lambda story, user: story.involvement.public_id),
    "children:status_end": _and(status_id=lambda story, user: story.status.public_id),
    "children:merge": _and(other_id=lambda story, user: _there(story.twin).public_id),
    "children:not_same": _and(other_id=lambda story, user: _there(story.twin).public_id),
    "children:merge_undo": _and(merge_id=lambda story, user: _there(story.merge).public_id),
    "children:placement_end": _and(placement_id=lambda story, user: _there(story.placement).public_id),
    "children:placement_concern": _and(placement_id=lambda story, user: _there(story.placement).public_id),
    **{
        f"children:{name}": _and(concern_id=lambda story, user: _there(story.concern).public_id)
        for name in (
            "placed_concern",
            "placed_concern_told",
            "placed_concern_answered",
            "placed_concern_escalated",
            "placed_concern_closed",
        )
    },
    **{
        f"children:{name}": _and(relationship_id=lambda story, user: story.relationship.public_id)
        for name in ("relationship_correct", "relationship_end", "record_find")
    },
    "children:record_link": _and(
        relationship_id=lambda story, user: story.relationship.public_id,
        other_id=lambda story, user: _there(story.twin).public_id,
    ),
    "children:record_unlink": _and(
        relationship_id=lambda story, user: story.relationship.public_id,
        link_id=lambda story, user: _there(story.link).public_id,
    ),
    "children:note_correct": _and(note_id=lambda story, user: story.note.public_id),
    # Whom one would take out is asked only after the access rule.
    "matrix:end_contributor": _draft(contributor_id=UUID(int=0)),
    "plans:referral": _and(referral_id=lambda story, user: story.referral.public_id),
    "plans:request": _and(request_id=lambda story, user: story.request.public_id),
    **{
        f"first_contact:{name}": _and(referral_id=lambda story, user: story.referral.public_id)
        for name in ("referral", "enquiry_new", "assessment", "referral_decide", "strategy_meeting_request")
    },
    "first_contact:enquiry_answer_for": _and(
        referral_id=lambda story, user: story.referral.public_id,
        enquiry_id=lambda story, user: story.asked.public_id,
    ),
    "first_contact:enquiry_answer": lambda story, user: {"public_id": story.asked.public_id},
    "allocation:detail": _and(allocation_id=lambda story, user: story.allocated.allocation.public_id),
    "allocation:end": _and(allocation_id=lambda story, user: story.allocated.allocation.public_id),
    **{
        f"allocation:{name}": _and(kind=lambda story, user: "coordinator")
        for name in ("candidates", "decline", "weekend_cover")
    },
    "allocation:allocate": _and(
        kind=lambda story, user: "coordinator",
        worker_id=lambda story, user: story.allocated.coordinator.public_id,
    ),
    "matrix:submission": _submission,
    "matrix:compared": _submission,
    "matrix:submission_pdf": _submission,
    "api:submission": _submission,
    **{f"cevt-api:{name}": _item for name in ("item", "contribution", "decision", "relayed_contribution")},
    "cevt:relayed_contribution": _and(agency_id=_seated),
    "cevt:item_raised": lambda story, user: {"item_id": story.item.public_id},
    "matrix:group": _draft(code=current(today()).groups[0].code),
    **{
        f"matrix:{name}": _draft()
        for name in [
            "tasks",
            "profile",
            "live",
            "move",
            "answer",
            "field",
            "plan",
            "views",
            "judgement",
            "check",
            "submit",
            "withdraw",
            "contributors",
            "compare",
        ]
    },
    "actions:detail": _action,
    "actions:close": _action,
    "clocks:detail": _clock,
    "clocks:act": _clock,
    "cevt:feedback_pdf": _submission,
}


def _colleague(world: World, user: User) -> dict[str, Any]:
    return {"public_id": world.colleague.public_id}


def _their_opening(world: World, user: User) -> dict[str, Any]:
    found = EmergencyAccess.objects.filter(user=world.people["practitioner"]).first()
    return {"access_id": found.public_id if found else uuid4()}


def _own(world: World, user: User) -> dict[str, Any]:
    return {"public_id": user.public_id}


def _own_cover(world: World, user: User) -> dict[str, Any]:
    """A cover of their own, which they may end."""
    row = Delegation.objects.filter(deputy=user).order_by("pk").first()
    return {"public_id": row.public_id if row else uuid4()}


def _their_role(world: World, user: User) -> dict[str, Any]:
    return {"public_id": Appointment.objects.filter(user=world.colleague).order_by("pk")[0].public_id}


def _advice(world: World, user: User) -> dict[str, Any]:
    return {"code": "language"}


def _own_advice(world: World, user: User) -> dict[str, Any]:
    """Something this person put in the log."""
    return {"public_id": advise(user).public_id}


def _allocated(world: World) -> Allocated:
    return next(iter(world.stories.values())).allocated


def _worker(world: World, user: User) -> dict[str, Any]:
    return {"worker_id": _allocated(world).allocation.worker.public_id}


def _meeting(world: World, user: User) -> dict[str, Any]:
    return {"meeting_id": world.meeting.public_id}


# Addresses about no child.
OF_WORLD: dict[str, OfWorld] = {
    **{f"advice:{name}": _advice for name in ("entry", "entry_change", "entry_retire")},
    "advice:consultation_correct": _own_advice,
    "people:agency": lambda world, user: {"code": world.agency.code},
    "people:team": lambda world, user: {"public_id": world.team.public_id},
    "people:end-role": _their_role,
    "people:token-new": lambda world, user: {"public_id": world.people["service_account"].public_id},
    "account:cover-new": _own,
    "account:cover-end": _own_cover,
    "children:student_end": lambda world, user: {"naming_id": uuid4()},
    "people:token-revoke": lambda world, user: {"public_id": uuid4()},
    "practice_settings:setting": lambda world, user: {"key": "office.closes"},
    "practice_settings:change": lambda world, user: {"key": "office.closes"},
    "practice_settings:withdraw": lambda world, user: {"public_id": uuid4()},
    "children:emergency_access_review": _their_opening,
    "allocation:capacity": lambda world, user: {**_worker(world, user), "kind": "ce_worker"},
    "allocation:absence_end": lambda world, user: {"absence_id": _allocated(world).absence.public_id},
    "allocation:vacancy_end": lambda world, user: {"vacancy_id": _allocated(world).vacancy.public_id},
    **{f"allocation:{name}": _worker for name in ("worker", "absence_new", "reallocation")},
    **{
        f"cevt:{name}": _meeting
        for name in ("attendance", "minutes", "minutes_pdf", "attendance_here", "meeting_note", "meeting_end")
    },
    **{
        f"people:{name}": _colleague
        for name in (
            "user",
            "change",
            "appoint",
            "leave",
            "bring-back",
            "invite",
            "reset-second-factor",
        )
    },
}
# Addresses that stand for one moment of one person, which no walk can make: a token of a search or a mail, a
# key of their own, a failed clock, how the system is. Each is opened by the tests of its own app.
OF_A_MOMENT = {
    "readyz": "says 503 where a part is not well, as in a test nothing is sealed",
    "account_reset_password_from_key": "the token of a mail",
    "children:search_results": "the token of a search of this sign-in; the walk searches, and follows it",
    "mfa_view_recovery_codes": "codes of one's own, once they are made",
    "mfa_download_recovery_codes": "codes of one's own, once they are made",
    "clocks:try-again": "a failed clock; administrators only, nothing of it is shown",
    "mfa_remove_webauthn": "a key of one's own",
    "mfa_edit_webauthn": "a key of one's own",
}
# Who is let in where the access rule itself doesn't say it, because what is behind belongs to a person, not to a
# part of the record: from the parts open to somebody who does not hold it.
OPEN_TO: dict[str, Callable[[frozenset[Part]], bool]] = {
    "actions:detail": lambda parts: Part.ACTIONS in parts,
    "actions:close": lambda parts: Part.ACTIONS in parts,
    "clocks:detail": bool,
    "clocks:act": bool,
    "children:claim_decide": bool,
    # A question of First Contact: to the people of the team asked, whatever they reach; to nobody else, whatever.
    "first_contact:enquiry_answer": lambda parts: False,
    # What one raised at CEVT: to the user who raised it.
    "cevt:item_raised": lambda parts: False,
}
# What a person keeps of their own: without this part, another's is no more there.
OWN_ONLY: dict[str, tuple[Part, Callable[[Story, User], bool]]] = {
    # To those who may read the record at the other end too; no part opens it to anybody else.
    **{
        f"children:{name}": (
            Part.INTELLIGENCE_RAW,
            lambda story, user: Child.objects.visible_to(user).filter(pk=_there(story.twin).pk).exists(),
        )
        for name in ("record_link", "record_unlink")
    },
    "children:involvement_end": (Part.INVOLVED, lambda story, user: story.involvement.user_id == user.pk),
    **{
        f"matrix:{name}": (Part.MATRIX, lambda story, user: user.pk in story.own)
        for name in ("submission", "compared", "submission_pdf")
    },
    "cevt:feedback_pdf": (Part.MATRIX, lambda story, user: user.pk in story.own),
    "api:submission": (Part.MATRIX, lambda story, user: user.pk in story.own),
    # The story's item came with no matrix, so it is nobody's own.
    "cevt-api:item": (Part.DECISIONS, lambda story, user: False),
    "matrix:end_contributor": (Part.MATRIX, lambda story, user: user.pk in story.own_drafts),
    **{
        f"matrix:{name}": (Part.MATRIX, lambda story, user: user.pk in story.own_drafts)
        for name in [
            "tasks",
            "group",
            "profile",
            "live",
            "move",
            "answer",
            "field",
            "plan",
            "views",
            "judgement",
            "check",
            "submit",
            "withdraw",
            "contributors",
            "compare",
        ]
    },
}


@dataclass(frozen=True)
class Address:
    """One address of the resolver."""

    name: str
    route: str
    view: str
    takes: tuple[str, ...]
    access_rule: AccessRule | None

    @property
    def parts(self) -> tuple[str, ...]:
        """Any one of these parts lets the user in."""
        if self.access_rule is None:
            return ()
        return tuple(self.access_rule.parts or ((self.access_rule.part,) if self.access_rule.part else ()))

    @property
    def about_child(self) -> bool:
        return bool(self.access_rule and self.access_rule.about_child) or self.name in OPEN_TO

    @property
    def recipe(self) -> OfStory | OfWorld | None:
        """How its arguments are made; None where nobody said."""
        if self.name in OF_A_MOMENT:
            return lambda _, __: {}
        if self.about_child and self.takes == ("public_id",) and self.name not in OF_STORY:
            return _child
        return OF_STORY.get(self.name) or OF_WORLD.get(self.name)

    @property
    def is_page(self) -> bool:
        return bool(self.access_rule and self.access_rule.shape is Shape.PAGE)

    def url(self, about: Story | World | None, user: User | None = None) -> str:
        """The address for this person about this story."""
        if not self.takes:
            return reverse(self.name)
        recipe = self.recipe
        assert recipe is not None, f"{self.name} has no recipe"
        return reverse(self.name, kwargs=recipe(about, user))  # type: ignore[arg-type]


@cache
def addresses() -> tuple[Address, ...]:
    """Every address, walked from the resolver."""
    return tuple(_walk(get_resolver(), "", "", ()))


def _walk(resolver: URLResolver, space: str, route: str, takes: tuple[str, ...]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here, taken = f"{route}{entry.pattern}", (*takes, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space, here, taken)
        else:
            yield _address(entry, space, here, taken)


def _address(entry: URLPattern, space: str, route: str, takes: tuple[str, ...]) -> Address:
    view = entry.callback
    name = f"{space}{entry.name}" if entry.name else ""
    shown = getattr(view, "view_class", view)
    return Address(
        name=name,
        route=route,
        view=f"{shown.__module__}.{shown.__qualname__}",
        takes=takes,
        access_rule=getattr(view, "access_rule", None) or ALLAUTH_RULES.get(name),
    )
