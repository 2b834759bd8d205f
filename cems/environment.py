"""Settings come from the environment; what is missing or unsafe is refused in plain words."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from cems.local import pdf_requirements

MODES = ("local", "test", "production")


@dataclass
class Environment:
    """Reads variables and collects every fault, so that one start names them all."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    faults: list[str] = field(default_factory=list)

    @property
    def mode(self) -> str:
        mode = self.values.get("CEMS_MODE", "production")
        if mode not in MODES:
            raise ImproperlyConfigured(f"CEMS_MODE is {mode!r}; it must be one of {', '.join(MODES)}.")
        return mode

    @property
    def production(self) -> bool:
        return self.mode == "production"

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`; without a default, a missing value is a fault."""
        value = self.values.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.faults.append(f"{name} is not set.")
            return ""
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}

    def number(self, name: str, default: int) -> int:
        raw = self.text(name, str(default))
        try:
            return int(raw)
        except ValueError:
            self.faults.append(f"{name} must be a whole number, not {raw!r}.")
            return default

    def words(self, name: str, default: str | None = "") -> list[str]:
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def secret(self, name: str) -> str:
        """A secret of at least 32 characters that is not an obvious default."""
        value = self.text(name)
        if (
            value
            and self.production
            and (len(value) < 32 or "change" in value.lower() or "secret" in value.lower())
        ):
            self.faults.append(
                f"{name} is too short or looks like a default; make one of 50 random characters."
            )
        return value

    def database(self, name: str) -> dict[str, Any]:
        """A Django database dictionary from a URL variable."""
        url = self.text(name)
        if not url:
            return {"ENGINE": "django.db.backends.postgresql", "NAME": ""}
        config: dict[str, Any] = {**dj_database_url.parse(url)}
        if config.get("ENGINE") != "django.db.backends.postgresql":
            self.faults.append(f"{name} must be a postgresql:// address.")
        config["CONN_MAX_AGE"] = self.number("CEMS_DATABASE_KEEP_SECONDS", 60)
        config["CONN_HEALTH_CHECKS"] = True
        options = config.setdefault("OPTIONS", {})
        options["connect_timeout"] = 5  # a page says "come back soon" rather than hang
        # An open writer holds back the seal (audit) and the vacuum: no transaction outlives a minute.
        options["options"] = "-c transaction_timeout=60s -c lock_timeout=10s -c timezone=UTC"
        return config

    def state_dir(self, base: Path) -> Path:
        return Path(self.text("CEMS_STATE_DIR", str(base / ".local" / "state")))

    def refuse_unsafe(self) -> None:
        """Raise ImproperlyConfigured naming every fault found, if any."""
        if self.production:
            if self.flag("CEMS_DEBUG"):
                self.faults.append("CEMS_DEBUG must be off in production.")
            if self.flag("CEMS_DEMO"):
                self.faults.append(
                    "CEMS_DEMO must be off in production: demo sign-ins need no second factor."
                )
            if not self.flag("CEMS_SECOND_FACTOR", True):
                self.faults.append("CEMS_SECOND_FACTOR must be on in production.")
            if not self.text("CEMS_BASE_URL", "").startswith("https://"):
                self.faults.append("CEMS_BASE_URL must be the https:// address people use.")
            if "*" in self.words("CEMS_ALLOWED_HOSTS"):
                self.faults.append("CEMS_ALLOWED_HOSTS must name the hosts, not *.")
            self.faults += [
                f"{name} is not on this machine, and PDFs need it (Debian: {package})."
                for name, package in pdf_requirements.missing().items()
            ]
        if self.faults:
            raise ImproperlyConfigured(
                "CEMS can't start:\n" + "\n".join(f"  - {fault}" for fault in self.faults)
            )
