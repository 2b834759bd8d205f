"""Settings come from the environment; what is missing or unsafe is refused in plain words."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError, validate

from cems.local import pdf_requirements

FEWEST_SIGNS = 5  # different ones, in a key
_REPEATED = re.compile(r"(.{1,4})\1+.?.?.?")
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_NO_MAIL = [
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
]

MODES = ("local", "test", "production")
WITHOUT_SEAL = ("web", "beat", "migrate")
SEALING = ("CEMS_AUDIT_KEY", "CEMS_AUDIT_KEY_PREVIOUS", "DATABASE_SEALER_URL")


class Environment(Env):
    """Reads variables and collects every fault, so that one start names them all.

    A variable that is set to nothing counts as not set: compose hands on so what its file leaves out.
    """

    def __init__(self) -> None:
        super().__init__(eager=False)
        self.add_parser("postgresql", _postgresql)

    @property
    def mode(self) -> str:
        mode = self.text("CEMS_MODE", "production")
        if mode not in MODES:
            raise ImproperlyConfigured(f"CEMS_MODE is {mode!r}; it must be one of {', '.join(MODES)}.")
        return mode

    @property
    def production(self) -> bool:
        return self.mode == "production"

    @property
    def part(self) -> str:
        """Which part of CEMS this process is: web, beat or migrate; any other way of starting has no name."""
        return self.text("CEMS_PART", "")

    @property
    def seals(self) -> bool:
        """Whether this process may hold the audit key and the sealer's login. On servers the worker alone does: the
        web answers strangers, and who takes it over can't sign a changed trail."""
        return not self.production or self.part not in WITHOUT_SEAL

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`; without a default, a missing value is a fault."""
        value = self.str(name) if default is None else self.str(name, default)
        return value or ""

    def flag(self, name: str, default: bool = False) -> bool:
        """Whether `name` is 1, true, yes or on; neither these nor their opposites is a fault."""
        return bool(self.bool(name, default))

    def number(self, name: str, default: int) -> int:
        """The whole number of `name`; anything else is a fault."""
        value = self.int(name, default)
        return default if value is None else value

    def words(self, name: str, default: str | None = "") -> list[str]:
        """The words of `name` between commas; with None as default, a missing value is a fault."""
        return [word for part in self.text(name, default).split(",") if (word := part.strip())]

    def secret(self, name: str) -> str:
        """A secret, in production of at least 32 characters and no obvious default."""
        return self.str(name, validate=_unguessable if self.production else None) or ""

    def database(self, name: str) -> dict[str, Any]:
        """A Django database dictionary from a URL variable."""
        config: dict[str, Any] | None = self.postgresql(name)
        if config is None:
            return {"ENGINE": "django.db.backends.postgresql", "NAME": ""}
        config["ENGINE"] = "cems.base.postgresql"
        config["CONN_MAX_AGE"] = self.number("CEMS_DATABASE_KEEP_SECONDS", 60)
        config["CONN_HEALTH_CHECKS"] = True
        options = config.setdefault("OPTIONS", {})
        options["connect_timeout"] = 5  # a page says "come back soon" rather than hang
        # A little more than what the server allows itself: the wait for one that is frozen ends too.
        options["patience"] = self.number("CEMS_DATABASE_WAIT_SECONDS", 65)
        # An open writer holds back the seal (audit) and the vacuum: no transaction outlives a minute.
        options["options"] = "-c transaction_timeout=60s -c lock_timeout=10s -c timezone=UTC"
        return config

    def state_dir(self, base: Path) -> Path:
        return Path(self.text("CEMS_STATE_DIR", str(base / ".local" / "state")))

    def refuse_unsafe(self, found: Sequence[str] = ()) -> None:
        """Raise ImproperlyConfigured naming every fault found, here or before, if any. Nothing is read after this."""
        faults = list(found)
        if self.production:
            self._ask_what_production_must_have()
            faults += self._shared()
            if not self.seals:
                why = f"must not be given to {self.part}: only the worker seals the audit trail."
                faults += [f"{name}: {why}" for name in SEALING if self.text(name, "")]
            faults += [
                f"{name} is not on this machine, and PDFs need it (Debian: {package})."
                for name, package in pdf_requirements.missing().items()
            ]
        try:
            self.seal()
        except EnvValidationError as error:
            messages = cast(Mapping[str, list[str]], error.error_messages)  # what seal() found, by variable
            faults = [
                f"{name}: {fromkey}" for name, why in messages.items() for fromkey in dict.fromkeys(why)
            ] + faults
        if faults:
            raise ImproperlyConfigured("CEMS can't start:\n" + "\n".join(f"  - {fault}" for fault in faults))

    def _ask_what_production_must_have(self) -> None:
        off = validate.Equal(False, error="must be off in production.")
        off_for_all = validate.Equal(
            False, error="must be off in production: demo sign-ins need no second factor."
        )
        on = validate.Equal(True, error="must be on in production.")
        secure = validate.Regexp("https://", error="must be the https:// address people use.")
        named = validate.Regexp(r"[^*]+\Z", error="must name the hosts, not *.")
        self.bool("CEMS_DEBUG", False, validate=off)
        self.bool("CEMS_DEMO", False, validate=off_for_all)
        self.bool("CEMS_SECOND_FACTOR", True, validate=on)
        posted = validate.NoneOf(_NO_MAIL, error="must send mail: people are told and invited by it.")
        idle = validate.Range(60, 3600, error="must be between 60 and 3600: a minute, and an hour.")
        self.str("CEMS_BASE_URL", validate=secure)
        self.str("CEMS_ALLOWED_HOSTS", validate=named)
        self.str("CEMS_EMAIL_BACKEND", "", validate=posted)
        self.int("CEMS_IDLE_SECONDS", 1200, validate=idle)
        if self.text("CEMS_EMAIL_HOST", "localhost") not in _THIS_MACHINE:
            self.bool("CEMS_EMAIL_TLS", True, validate=on)

    def _shared(self) -> list[str]:
        """Where one key or login serves two ends, of which one is there to watch the other."""
        keys = {self.text("CEMS_SECRET_KEY", ""), *self.words("CEMS_SECRET_KEY_FALLBACKS")}
        sealing = {self.text("CEMS_AUDIT_KEY", ""), *self.words("CEMS_AUDIT_KEY_PREVIOUS")}
        app, sealer = (_login(self.text(name, "")) for name in ("DATABASE_URL", "DATABASE_SEALER_URL"))
        owner = self.text("CEMS_DATABASE_OWNER_ROLE", "cems_owner")
        migrates = self.text("CEMS_DATABASE_ROLE", "app") == "owner"
        return [
            f"{name}: {why}"
            for name, why, wrong in (
                ("CEMS_AUDIT_KEY", "must not be the secret key as well.", bool(keys & sealing - {""})),
                ("DATABASE_URL", "must not be the owner's login.", app == owner and not migrates),
                ("DATABASE_SEALER_URL", "must not be the owner's login.", sealer == owner),
                (
                    "DATABASE_SEALER_URL",
                    "must not be the application's login.",
                    bool(sealer) and sealer == app,
                ),
            )
            if wrong
        ]

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        if not isinstance(value, str) or value is default:
            return value
        return value.strip() or default


def _login(address: str) -> str:
    """The login of a database's address; "" where there is none."""
    return urlsplit(address).username or ""


def _unguessable(secret: str) -> None:
    if len(set(secret)) < FEWEST_SIGNS or _REPEATED.fullmatch(secret):
        raise ValidationError("is the same few signs over and over; make one of 50 random characters.")
    if len(secret) < 32 or "change" in secret.lower() or "secret" in secret.lower():
        raise ValidationError("is too short or looks like a default; make one of 50 random characters.")


def _postgresql(address: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = {**dj_database_url.parse(address)}
    except ValueError:
        config = {}
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise ValidationError("must be a postgresql:// address.")
    return config
