"""`compose.yaml` starts what there is: our commands, settings and files, with no more rights than needed."""

import re
from typing import Any

import pytest
import yaml

from bot.__main__ import app
from bot.settings import Settings
from tests.source import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def test_the_services_are_those_that_the_documents_tell_of() -> None:
    assert SERVICES.keys() == {"database", "migrate", "web", "worker", "nginx"}
    assert OURS.keys() == {"migrate", "web", "worker"}


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_services_runs_a_command_that_exists_in_the_image_of_our_dockerfile(name: str) -> None:
    service = OURS[name]
    assert (ROOT / service["build"] / "Dockerfile").is_file()
    assert service["image"] == OURS["web"]["image"]
    python, option, module, command = service["command"]
    assert (python, option, module) == ("python", "-m", "bot")
    assert command in {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    variables = SERVICES[name].get("environment", {})
    ours = {variable for variable in variables if variable.startswith("BOT_")}
    assert ours <= {f"BOT_{field.upper()}" for field in Settings.model_fields}
    assert bool(ours) == (name in OURS)
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    for variable in re.findall(r"\bBOT_[A-Z_]+", dockerfile):
        assert variable.removeprefix("BOT_").lower() in Settings.model_fields


def test_the_address_of_the_database_is_one_that_the_settings_take() -> None:
    address = OURS["web"]["environment"]["BOT_DATABASE_URL"]
    assert (
        Settings.model_validate(
            {
                "database_url": address,
                "keys": "1:" + "A" * 43 + "=",
                "line_channel_secret": "made-up",
                "line_channel_id": "1",
            }
        ).database_url
        == address
    )
    assert "@database/" in address


def test_no_secret_is_written_into_the_file_and_the_database_never_sees_our_keys() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable:
                assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?.+\}", value), (name, variable)
        assert ("env_file" in service) == (name in OURS), name
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert ".env" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("cap_add" in service) == (name == "nginx"), "only nginx opens a port below 1024"
    assert ("ports" in service) == (name == "nginx"), "only nginx is reached from outside"
    assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped")


def test_nothing_runs_before_the_tables_are_up_to_date() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= SERVICES.keys()


def test_what_keeps_data_or_reads_files_names_what_there_is() -> None:
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert COMPOSE["volumes"].keys() == {"database"}
    mounted = [volume.split(":")[0] for volume in SERVICES["nginx"]["volumes"]]
    assert all((ROOT / path).exists() for path in mounted if not path.startswith("./var/"))
    used = {network for service in SERVICES.values() for network in service["networks"]}
    assert used == COMPOSE["networks"].keys()
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["database"]["networks"] == ["inside"], "the database reaches nothing and is reached by ours alone"
