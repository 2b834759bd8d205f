"""The deployment file: valid as the compose specification reads it, with no secret of its own."""

import re
from typing import Any

import pytest
from compose_spec import PyCompose, PyOptions

from cems.local.folders import PROJECT
from cems.local.postgres import QUIET

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
FILE = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
SECRETS = {
    "CEMS_SECRET_KEY",
    "CEMS_AUDIT_KEY",
    "POSTGRES_PASSWORD",
    "CEMS_OWNER_PASSWORD",
    "CEMS_APP_PASSWORD",
    "CEMS_SEALER_PASSWORD",
}


def filled_in() -> PyCompose:
    """The file as the engine sees it: variables replaced, merge keys applied."""

    def value(match: re.Match[str]) -> str:
        return match.group(3) if match.group(2) == "-" else "x1"

    options = PyOptions()
    options.apply_merge = True
    return options.from_yaml(VARIABLE.sub(value, FILE))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return filled_in().to_dict()["services"]


def test_the_file_is_valid_and_holds_every_part(services: dict[str, Any]) -> None:
    filled_in().validate()
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat", "clamav"}


def test_every_secret_must_be_given_and_none_has_a_default() -> None:
    marks = {(name, mark) for name, mark, _ in VARIABLE.findall(FILE)}
    assert {name for name, mark in marks if mark == "?"} >= SECRETS
    assert not {name for name, mark in marks if mark != "?"} & SECRETS


@pytest.mark.requirement("A3")
def test_its_postgresql_keeps_names_out_of_its_log_as_that_of_make_run_does(services: dict[str, Any]) -> None:
    assert {f"-c{setting}" for setting in QUIET} <= set(services["postgres"]["command"])


def test_it_waits_for_the_server_that_others_reach_not_for_the_one_that_sets_it_up(
    services: dict[str, Any],
) -> None:
    assert services["postgres"]["healthcheck"]["test"][2:4] == ["-h", "127.0.0.1"]


def test_every_lasting_part_has_a_health_check(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]


def test_only_migrations_hold_the_owner_of_the_database(services: dict[str, Any]) -> None:
    holders = {
        name for name, service in services.items() if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert holders == {"migrate"}


def test_web_and_workers_come_in_numbers_and_beat_alone(services: dict[str, Any]) -> None:
    assert services["web"]["deploy"]["replicas"] == 2
    assert services["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in services["beat"]


def test_nothing_starts_before_the_migrations_are_done(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
