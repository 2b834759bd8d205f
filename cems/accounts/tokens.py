"""How an agency's system signs in to the API: by a key in the Authorization header (O1)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from cems.accounts.models import ServiceToken, User
from cems.accounts.services.token import token_used

REFUSED = "This key is not valid, or not any more. Ask your agency's administrator for a new one."


class ServiceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cems_…`. A key that doesn't hold gets 401; after many of those from one address 429."""

    def authenticate(self, request: Request) -> tuple[User, ServiceToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        try:
            token = token_used(words[1].decode("ascii")) if len(words) == 2 else None
        except UnicodeDecodeError:
            token = None
        if token is None:
            failed = FailedTokens()
            if not failed.allow_request(request, None):  # type: ignore[arg-type]
                raise Throttled(failed.wait())
            raise AuthenticationFailed(REFUSED)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="CEMS"'


class KeyDescribed(OpenApiAuthenticationExtension):
    """How OpenAPI calls it."""

    target_class = "cems.accounts.tokens.ServiceTokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """The view names in `read_scope` and `write_scope` what a key must be made for; people need none.

    A view without the scope asked for lets no key in: what is not said is not given.
    """

    message = "This key was not made for this. Ask your agency's administrator for one with the right scope."

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ServiceToken):
            return True
        asked = "read_scope" if request.method in SAFE_METHODS else "write_scope"
        return getattr(view, asked, None) in token.scopes


class TokenThrottle(SimpleRateThrottle):
    """So many requests a minute for each key, or each person."""

    scope = "api"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if isinstance(request.auth, ServiceToken):
            who = f"key-{request.auth.pk}"
        else:
            who = f"user-{request.user.pk}" if request.user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}


class FailedTokens(SimpleRateThrottle):
    """So many wrong keys a minute from one address."""

    scope = "failed_keys"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
