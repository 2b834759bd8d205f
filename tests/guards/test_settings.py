"""Production refuses what is unsafe, in plain words; each setting is documented and set where it must be."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cems.environment import Environment
from cems.local.pdf_requirements import FONTS
from cems.policy.declared import every_policy
from cems.retired_settings import RETIRED
from tests.guards.source import ROOT, hand_written, told

SAFE = {
    "CEMS_MODE": "production",
    "CEMS_BASE_URL": "https://cems.example.test",
    "CEMS_ALLOWED_HOSTS": "cems.example.test",
    "CEMS_SECRET_KEY": "f8Zq2" * 12,
    "CEMS_AUDIT_KEY": "k3Wp9" * 12,
    "CEMS_EMAIL_HOST": "mail.example.test",
    "CEMS_EMAIL_FROM": "cems@example.test",
    "DATABASE_URL": "postgresql://app@database.example.test/cems",
    "DATABASE_SEALER_URL": "postgresql://sealer@database.example.test/cems",
    "REDIS_URL": "redis://redis.example.test/0",
}
# What to change in safe settings → what the refusal must name.
UNSAFE: dict[str, tuple[dict[str, str], str]] = {
    "debug": ({"CEMS_DEBUG": "1"}, "CEMS_DEBUG"),
    "demo": ({"CEMS_DEMO": "1"}, "CEMS_DEMO"),
    "no second factor": ({"CEMS_SECOND_FACTOR": "0"}, "CEMS_SECOND_FACTOR"),
    "no secret": ({"CEMS_SECRET_KEY": ""}, "CEMS_SECRET_KEY"),
    "a short secret": ({"CEMS_SECRET_KEY": "short"}, "CEMS_SECRET_KEY"),
    "a secret everybody knows": ({"CEMS_SECRET_KEY": "django-insecure-change-me-" * 3}, "CEMS_SECRET_KEY"),
    "a short audit key": ({"CEMS_AUDIT_KEY": "short"}, "CEMS_AUDIT_KEY"),
    "no https": ({"CEMS_BASE_URL": "http://cems.example.test"}, "CEMS_BASE_URL"),
    "no address": ({"CEMS_BASE_URL": ""}, "CEMS_BASE_URL"),
    "any host": ({"CEMS_ALLOWED_HOSTS": "*"}, "CEMS_ALLOWED_HOSTS"),
    "no host": ({"CEMS_ALLOWED_HOSTS": ""}, "CEMS_ALLOWED_HOSTS"),
    "another database": ({"DATABASE_URL": "sqlite:///cems.db"}, "DATABASE_URL"),
    "no database": ({"DATABASE_URL": ""}, "DATABASE_URL"),
    "no queue": ({"REDIS_URL": ""}, "REDIS_URL"),
    "a database address that is none": ({"DATABASE_URL": "cems"}, "DATABASE_URL"),
    "a switch that is neither on nor off": ({"CEMS_SECOND_FACTOR": "maybe"}, "CEMS_SECOND_FACTOR"),
    "a number that is none": ({"CEMS_SWEEP_SECONDS": "often"}, "CEMS_SWEEP_SECONDS"),
    "a key of one letter": ({"CEMS_SECRET_KEY": "a" * 64}, "CEMS_SECRET_KEY"),
    "a key of two letters": ({"CEMS_AUDIT_KEY": "ab" * 32}, "CEMS_AUDIT_KEY"),
    "a key of a few figures": ({"CEMS_SECRET_KEY": "1234" * 16}, "CEMS_SECRET_KEY"),
    "a key of signs and their end": ({"CEMS_AUDIT_KEY": "aB3$" * 12 + "aB"}, "CEMS_AUDIT_KEY"),
    "one key for both": ({"CEMS_AUDIT_KEY": SAFE["CEMS_SECRET_KEY"]}, "CEMS_AUDIT_KEY"),
    "the key of before for the audit": (
        {"CEMS_SECRET_KEY_FALLBACKS": SAFE["CEMS_AUDIT_KEY"]},
        "CEMS_AUDIT_KEY",
    ),
    "no idle time": ({"CEMS_IDLE_SECONDS": "0"}, "CEMS_IDLE_SECONDS"),
    "less than none": ({"CEMS_IDLE_SECONDS": "-5"}, "CEMS_IDLE_SECONDS"),
    "eleven days of idling": ({"CEMS_IDLE_SECONDS": "999999"}, "CEMS_IDLE_SECONDS"),
    "mail in the clear": ({"CEMS_EMAIL_TLS": "0"}, "CEMS_EMAIL_TLS"),
    "mail on the console": (
        {"CEMS_EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        "CEMS_EMAIL_BACKEND",
    ),
    "mail into files": (
        {"CEMS_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"},
        "CEMS_EMAIL_BACKEND",
    ),
    "the owner answers pages": (
        {"DATABASE_URL": "postgresql://cems_owner@db.example.test/cems"},
        "DATABASE_URL",
    ),
    "the owner seals": (
        {"DATABASE_SEALER_URL": "postgresql://cems_owner@db.example.test/cems"},
        "DATABASE_SEALER_URL",
    ),
    "one login for both": (
        {"DATABASE_SEALER_URL": "postgresql://app@database.example.test/cems"},
        "DATABASE_SEALER_URL",
    ),
    "what the partnership decides now": ({"CEMS_GATHERING_DAYS": "2"}, "CEMS_GATHERING_DAYS"),
}
SHOW = """
import json, django
from django.conf import settings as s
print(json.dumps({name: getattr(s, name) for name in (
    "DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "SECOND_FACTOR_COMPULSORY", "SESSION_COOKIE_HTTPONLY", "X_FRAME_OPTIONS", "SECURE_REFERRER_POLICY",
)}))
"""


def _start(
    changes: dict[str, str], code: str = "from django.conf import settings; settings.DEBUG"
) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, with nothing of ours in its environment."""
    kept = {
        name: value for name, value in os.environ.items() if not re.match(r"(CEMS|DATABASE|REDIS)_", name)
    }
    values = {**kept, **SAFE, **changes, "DJANGO_SETTINGS_MODULE": "cems.settings"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=values, capture_output=True, text=True, check=False
    )


def test_safe_settings_start_and_are_safe() -> None:
    import json

    done = _start({}, SHOW)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECOND_FACTOR_COMPULSORY": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_REFERRER_POLICY": "same-origin",
    }


@pytest.mark.parametrize("what", UNSAFE)
def test_production_refuses(what: str) -> None:
    changes, named = UNSAFE[what]
    done = _start(changes)
    assert done.returncode != 0, f"{what} was let through: cems/environment.py must refuse it"
    assert f"  - {named}" in done.stderr, done.stderr


SEALING = {"CEMS_AUDIT_KEY": "", "DATABASE_SEALER_URL": ""}
ANSWERS = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
page = Client(headers={"host": "cems.example.test"}).get("/readyz", secure=True)
print(json.dumps([page.status_code, sorted(settings.DATABASES), settings.AUDIT_KEYS, sorted(page.json()["parts"])]))
"""


@pytest.mark.requirement("A3")
@pytest.mark.parametrize("part", ["web", "beat", "migrate"])
def test_only_the_worker_may_hold_what_signs_the_audit_trail(part: str) -> None:
    done = _start({"CEMS_PART": part})
    assert done.returncode != 0
    for name in SEALING:
        assert f"  - {name}: must not be given to {part}" in done.stderr, done.stderr
    assert _start({"CEMS_PART": part, **SEALING}).returncode == 0
    for part_that_seals in ("worker", ""):
        done = _start({"CEMS_PART": part_that_seals, **SEALING})
        assert all(f"  - {name}" in done.stderr for name in SEALING), done.stderr


@pytest.mark.requirement("A3")
def test_the_web_answers_without_what_signs_the_audit_trail() -> None:
    """Its database is away here, and each part of /readyz is asked for all that."""
    import json

    nowhere = {"DATABASE_URL": "postgresql://app@127.0.0.1:1/cems", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = _start({"CEMS_PART": "web", **SEALING, **nowhere}, ANSWERS)
    assert done.returncode == 0, done.stderr
    status, databases, keys, parts = json.loads(done.stdout.splitlines()[-1])
    assert (status, databases, keys) == (503, ["default"], [])
    assert {"sealing", "work", "database"} <= set(parts)


def test_the_web_server_says_which_part_it_is() -> None:
    show = "import cems.local.gunicorn_conf as conf; print(*conf.raw_env, conf.workers, conf.bind)"
    done = _start({"CEMS_WEB_WORKERS": "", "PORT": "", "CEMS_BIND": ""}, show)
    assert done.stdout.split() == ["CEMS_PART=web", "2", "127.0.0.1:8000"], done.stderr


def test_all_faults_are_named_at_once() -> None:
    done = _start({"CEMS_SECRET_KEY": "", "CEMS_DEBUG": "1", "DATABASE_URL": ""})
    assert all(f"  - {name}" in done.stderr for name in ("CEMS_SECRET_KEY", "CEMS_DEBUG", "DATABASE_URL"))


def test_production_refuses_a_machine_without_the_fonts_of_pdfs(tmp_path: Path) -> None:
    """Names would be printed as empty boxes (house-c): fontconfig is shown a machine that has no fonts."""
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>", encoding="utf-8")
    done = _start({"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "CEMS_DEBUG": "1"})
    assert done.returncode != 0
    assert all(f"  - {font} is not on this machine" in done.stderr for font in FONTS)
    assert "(Debian: fonts-noto-cjk)" in done.stderr and "  - CEMS_DEBUG" in done.stderr


def test_production_refuses_a_machine_without_pango(tmp_path: Path) -> None:
    (tmp_path / "libpango-1.0.so.0").write_bytes(b"")  # found first, and no library
    done = _start({"LD_LIBRARY_PATH": str(tmp_path)})
    assert done.returncode != 0
    named = "libpango-1.0.so.0 is not on this machine, and PDFs need it (Debian: libpango-1.0-0)."
    assert f"  - {named}" in done.stderr, done.stderr


def test_what_is_a_practice_setting_now_is_told_where_to_change_it() -> None:
    """One that is still set in the environment would be believed to hold."""
    done = _start({"CEMS_WORKER_CAPACITY": "9", "CEMS_CLOSURES": ""})
    assert (
        "CEMS_WORKER_CAPACITY" in done.stderr and "“Children a full-time worker has room for”" in done.stderr
    )
    assert "CEMS_CLOSURES" not in done.stderr
    assert set(RETIRED.values()) <= {policy.title for policy in every_policy()}


def test_an_unknown_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEMS_MODE", "staging")
    with pytest.raises(ImproperlyConfigured, match="CEMS_MODE"):
        _ = Environment().mode


def test_a_fault_is_named_once_and_tells_no_value() -> None:
    done = _start(
        {
            "CEMS_SECRET_KEY": "hunter2",
            "DATABASE_URL": "oracle://app:hunter2@db/cems",
            "CEMS_DEBUG": "hunter2",
        }
    )
    assert "hunter2" not in done.stderr
    assert [
        done.stderr.count(f"  - {name}") for name in ("CEMS_SECRET_KEY", "DATABASE_URL", "CEMS_DEBUG")
    ] == [1, 1, 1]
    assert "  - DATABASE_URL: must be a postgresql:// address." in done.stderr


@pytest.mark.parametrize("blank", ["", "  "])
def test_what_is_set_to_nothing_is_as_if_not_set(blank: str) -> None:
    """Compose hands on an empty value for what its file leaves out."""
    names = {"CEMS_EMAIL_USER", "CEMS_EMAIL_PORT", "CEMS_SECOND_FACTOR", "CEMS_PROXIES", "CEMS_DEBUG"}
    show = "from django.conf import settings as s; print(s.EMAIL_PORT, s.SECOND_FACTOR_COMPULSORY, s.DEBUG)"
    done = _start(dict.fromkeys(names, blank), show)
    assert done.stdout.split() == ["25", "True", "False"], done.stderr


# --- names -------------------------------------------------------------------------------------------

NAME = re.compile(r"^(?:CEMS|DATABASE|REDIS)_[A-Z_]+$")
# Named in files but no settings of the product; each with what it is.
OF_OTHERS = {
    "CEMS_IMAGE": "compose: which image",
    "CEMS_POSTGRES_IMAGE": "compose: which image",
    "CEMS_VALKEY_IMAGE": "compose: which image",
    "CEMS_CLAMAV_IMAGE": "compose: which image",
    "CEMS_NODE_TOOLS": "where the scripts' checks find their tools; set by cems.local.scripts alone",
    "DATABASE_AWAY": "a Python name",
}


def _read() -> set[str]:
    """Every variable the product reads."""
    names = set()
    for source in hand_written():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.match(node.value):
                names.add(node.value)
    return names - OF_OTHERS.keys()


def _named_in(path: str) -> set[str]:
    text = (ROOT / path).read_text("utf-8")
    return set(re.findall(r"\b(?:CEMS|DATABASE|REDIS)_[A-Z_]*[A-Z]\b", text)) - OF_OTHERS.keys()


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    # "`CEMS_EMAIL_HOST`, `_PORT`" stands for CEMS_EMAIL_PORT too.
    endings = {f"CEMS_EMAIL{end}" for end in re.findall(r"`(_[A-Z]+)`", text)}
    faults = sorted(name for name in _read() - endings if f"`{name}`" not in text)
    assert not faults, told(
        faults, "say in docs/operations.md what the setting does and what it is if not set."
    )


@pytest.mark.parametrize("path", ["docker-compose.yml", "Dockerfile", "Procfile"])
def test_files_of_deployment_name_only_settings_that_are_read(path: str) -> None:
    by_shell = {
        name
        for shell in (ROOT / "cems" / "local").glob("*.sh")
        for name in _named_in(str(shell.relative_to(ROOT)))
    }
    replicas = {"CEMS_WEB_REPLICAS", "CEMS_WORKER_REPLICAS"}
    passwords = {"CEMS_OWNER_PASSWORD", "CEMS_APP_PASSWORD", "CEMS_SEALER_PASSWORD"}
    faults = sorted(_named_in(path) - _read() - by_shell - replicas - passwords)
    assert not faults, told(faults, "nothing reads this name: correct it, or read it in cems/settings.py.")


def test_no_file_of_secrets_is_kept() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert {".env", ".local/"} <= set(ignored)
    assert not list(ROOT.glob("*.pem"))
