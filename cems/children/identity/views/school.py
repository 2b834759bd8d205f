"""Schools that may be meant by what is typed (C1)."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from cems.base.access_control import Shape, requires_sign_in
from cems.children.identity.selectors.school import likely_schools


@requires_sign_in(Shape.FRAGMENT, reason="the public register of schools, about no child")
def suggest(request: HttpRequest) -> HttpResponse:
    """The schools that may be meant, the likest first."""
    return JsonResponse({"options": [row.label for row in likely_schools(request.GET.get("q", "")[:120])]})
