"""Pages of what a person was told."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.audit.services import listed
from cems.base.access_control import Shape, requires_sign_in
from cems.base.errors import Invalid
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.notices import selectors, services
from cems.notices.grouping import by_child
from cems.notices.slots import NAMES


@requires_sign_in(Shape.PAGE, reason="everybody reads their own notices")
def notices(request: HttpRequest) -> HttpResponse:
    """What is new for me, then what I was told before."""
    user = acting_user(request)
    page = selectors.page(user, request.GET.get(AFTER, ""))
    told = {notice.child for notice in (*page.new, *page.earlier) if notice.child}
    names = NAMES.get()(user, told) if told else {}
    if names:
        listed(user, what="notices.list", children=list(names))
    context = {
        "page": page,
        "new": by_child(page.new, names),
        "earlier": by_child(page.earlier, names),
        "older_url": next_url(request, page.after),
        "drawn_at": now().isoformat(),
    }
    return render(request, "notices/list.html", context)


@requires_sign_in(Shape.POST, reason="everybody marks their own notices as read")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed."""
    try:
        before = datetime.fromisoformat(request.POST.get("drawn_at", ""))
    except ValueError:
        raise Invalid("Reload the page and try again.") from None
    if before.tzinfo is None:
        raise Invalid("Reload the page and try again.")
    count = services.notices_read(acting_user(request), before=before)
    messages.success(request, f"{count} marked as read." if count else "There was nothing new.")
    return redirect("notices:list")
