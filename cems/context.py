"""What every page's frame shows: who is signed in, what waits for them, what they may administer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cems.accounts.profile import profile_of
from cems.base.time import now
from cems.header import entries_of, own_sign_in
from cems.my_work import waiting_count
from cems.notices.selectors import unread_count


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. Counts are asked only by pages that show them."""
    context: dict[str, Any] = {"demo": settings.DEMO, "idle_seconds": settings.IDLE_SECONDS}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    profile = profile_of(user)
    context |= {
        "my_work_count": SimpleLazyObject(lambda: waiting_count(user, now())),
        "notices_count": SimpleLazyObject(lambda: unread_count(user)),
        "user_label": user.name,
        "user_role_label": ", ".join(profile.labels),
        "header": entries_of(user, request.resolver_match),
        "own_sign_in": own_sign_in(request.resolver_match),
        "may_search": profile.reaches_children,
    }
    return context
