"""How addresses of people, sign-in and cover are made (tests/guards/recipes.py)."""

from typing import Any
from uuid import uuid4

from cems.accounts.models import AccountChange, Appointment, Delegation, Helpline, User
from cems.accounts.selectors.account_change import link_token
from cems.base.time import now
from tests.factories.world import World
from tests.guards.recipes import OfWorld


def _colleague(world: World, user: User) -> dict[str, Any]:
    return {"public_id": world.colleague.public_id}


def _own(world: World, user: User) -> dict[str, Any]:
    return {"public_id": user.public_id}


def _own_cover(world: World, user: User) -> dict[str, Any]:
    """A cover of their own, which they may end."""
    row = Delegation.objects.filter(deputy=user).order_by("pk").first()
    return {"public_id": row.public_id if row else uuid4()}


def _their_role(world: World, user: User) -> dict[str, Any]:
    return {"public_id": Appointment.objects.filter(user=world.colleague).order_by("pk")[0].public_id}


def _change(world: World) -> AccountChange:
    """What an administrator asked of a colleague's account, not decided."""
    row: AccountChange = AccountChange.objects.get_or_create(
        user=world.colleague,
        kind="factor",
        ended_at=None,
        defaults={"asked_by": world.people["administrator"], "asked_at": now()},
    )[0]
    return row


def _stop_token(world: World) -> str:
    """What stands in the letter to the colleague."""
    return link_token(_change(world))


OF_WORLD: dict[str, OfWorld] = {
    "directory:helpline": lambda world, user: {"public_id": Helpline.objects.order_by("pk")[0].public_id},
    "people:agency": lambda world, user: {"code": world.agency.code},
    "people:agency-lead": lambda world, user: {"code": world.agency.code},
    "people:team": lambda world, user: {"public_id": world.team.public_id},
    "people:end-role": _their_role,
    "people:token-new": lambda world, user: {"public_id": world.people["service_account"].public_id},
    "people:token-revoke": lambda world, user: {"public_id": uuid4()},
    "authorities:reach": lambda world, user: {"code": "E06000047"},
    "authorities:follow": lambda world, user: {"code": "E06000047"},
    "account:cover-new": _own,
    "account:hand-over": _colleague,
    "account:stop-change": lambda world, user: {"public_id": uuid4()},
    "account:stop-link": lambda world, user: {"token": _stop_token(world)},
    "people:account-change": lambda world, user: {"public_id": _change(world).public_id},
    "account:cover-end": _own_cover,
    "practice_settings:setting": lambda world, user: {"key": "office.closes"},
    "practice_settings:change": lambda world, user: {"key": "office.closes"},
    "practice_lists:entry_new": lambda world, user: {"key": "matrix.occasions"},
    "practice_lists:entry": lambda world, user: {"key": "matrix.occasions", "entry_key": "custody"},
    "practice_settings:withdraw": lambda world, user: {"public_id": uuid4()},
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
OF_A_MOMENT = {
    "account_reset_password_from_key": "the token of a mail",
    "mfa_view_recovery_codes": "codes of one's own, once they are made",
    "mfa_download_recovery_codes": "codes of one's own, once they are made",
    "mfa_remove_webauthn": "a key of one's own",
    "mfa_edit_webauthn": "a key of one's own",
}
