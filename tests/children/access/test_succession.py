"""A restricted record whose owner leaves is kept by somebody who works here (A1, A2, safe-f3)."""

import pytest

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.accounts.selectors.hand_over import open_things_count, open_things_of
from cems.accounts.services.person import departures_tell, user_end
from cems.base.errors import NotAllowed
from cems.base.time import now, today
from cems.children.access.services import restriction as service
from cems.children.clocks import RESTRICTION_REVIEW
from cems.children.models import Child, NamedReader
from cems.clocks.models import Clock
from cems.notices.models import Notice
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A1", "A2")]


def keeper(child: Child) -> User:
    person = make_user("team_manager", team=make_team())
    involve(child, person, "team_manager")
    return person


def review(child: Child) -> Clock:
    return Clock.objects.get(kind=RESTRICTION_REVIEW.key, child=child.public_id)


def kinds(child: Child) -> dict[User, str]:
    return {row.user: row.kind for row in NamedReader.objects.filter(child=child, until__gt=now())}


def test_the_deputy_owns_it_and_has_its_review() -> None:
    child = make_child()
    owner, deputy = keeper(child), keeper(child)
    officer = make_user("first_contact", team=make_team())
    service.restriction_start(officer, child=child, owner=owner, deputy=deputy, reason="Works here")
    assert [kind.key for kind in open_things_of(owner)] == ["clocks", "restricted"]
    assert open_things_count([owner.pk, deputy.pk]) == {owner.pk: 2, deputy.pk: 1}
    user_end(None, user=owner, last_day=today())
    departures_tell()
    assert kinds(child) == {owner: "named", deputy: "owner"}
    assert review(child).owner == deputy
    assert Notice.objects.filter(user=deputy, kind="children.restricted").count() == 1
    service.reader_name(deputy, child=child, person=officer)
    assert officer in kinds(child)


def test_without_a_deputy_first_contact_has_the_review_and_decides() -> None:
    child = make_child()
    owner, officer = keeper(child), make_user("first_contact", team=make_team())
    service.restriction_start(officer, child=child, owner=owner, reason="Works here")
    service.reader_name(owner, child=child, person=officer)
    user_end(None, user=owner, last_day=today(), at_once=True)
    assert review(child).owner == desk_of(Duty.FRONT_DOOR, child.area_id)
    with pytest.raises(NotAllowed):
        service.restriction_lift(make_user(), child=child, reason="Because")
    service.restriction_lift(officer, child=child, reason="No more cause")
    child.refresh_from_db()
    assert not child.restricted
