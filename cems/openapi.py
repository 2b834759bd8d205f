"""What the API takes and gives, as OpenAPI: for everybody who is signed in or has a key (O1)."""

from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from cems.base.access_control import AccessRule, Shape


class Description(SpectacularAPIView):
    """The OpenAPI description; every key reads it, whatever its scope."""

    access_rule = AccessRule(Shape.API, reason="how the API is used; nothing of anybody")
    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "head"]

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version: nobody asks for another in the address, where it would be put into a header."""


description = Description.as_view()
description.access_rule = Description.access_rule  # type: ignore[attr-defined]
