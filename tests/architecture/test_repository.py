"""The repository around the code: the map in the README, the locks, and nothing in them of one machine."""

import re
import tomllib

import pytest

from tests.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def _ignored() -> set[str]:
    lines = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    return {line.rstrip("/") for line in lines if line.endswith("/")}


def _table_under(heading: str) -> list[str]:
    """The first cells of the table under a heading of the README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = re.search(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section is not None, f"the README has no heading {heading!r}"
    rows = [line.strip().strip("|").split("|")[0] for line in section[1].splitlines() if line.startswith("|")]
    return [cell.strip() for cell in rows[2:]]


def test_the_map_in_the_readme_lists_the_folders_that_there_are() -> None:
    listed = [folder for cell in _table_under("Map") for folder in re.findall(r"`([^`]+)/`", cell)]
    assert len(listed) == len(set(listed))
    there = {
        folder.name
        for folder in ROOT.iterdir()
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in _ignored()
    }
    assert {name for name in listed if not name.startswith(".")} == there
    assert all((ROOT / name).is_dir() for name in listed)


def test_every_file_and_folder_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE), "no option that sends pip elsewhere"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed(lock: str) -> None:
    pins = re.split(r"^(?=[a-zA-Z0-9])", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
    pins = [pin for pin in pins if pin.strip() and not pin.startswith("#")]
    assert len(pins) > 30
    for pin in pins:
        assert re.match(r"[a-zA-Z0-9._\[\],-]+==\S+", pin), pin.splitlines()[0]
        assert "--hash=sha256:" in pin, pin.splitlines()[0]


def _locked(lock: str) -> set[str]:
    found = re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return {_normal(name) for name in found}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wanted(lines: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=!; ]", line)[0]) for line in lines}


def test_the_locks_have_what_the_project_wants() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = _wanted(project["project"]["dependencies"])
    assert needed <= _locked("requirements.lock")
    assert needed | _wanted(project["dependency-groups"]["dev"]) <= _locked("requirements-dev.lock")
    assert not _wanted(project["dependency-groups"]["dev"]) & _locked("requirements.lock")


def test_both_locks_pin_the_same_versions() -> None:
    pins = [
        dict(re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in LOCKS
    ]
    assert {name: pins[1].get(name) for name in pins[0]} == pins[0]


def test_every_folder_of_the_product_has_tests() -> None:
    for package in ("bot", "handlers", "scheduler", "models", "law", "locales"):
        assert list((ROOT / "tests" / package).rglob("test_*.py")), package
