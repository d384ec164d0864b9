"""Browser tests run in the Chromium that the machine has, and say so loudly where it has none."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from bot.demo import API_KEY, create_demo, demo_settings
from tests.town import Server, free_port

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright for as long as one module: its event loop shuts `asyncio.run` out of whatever test comes next."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """Chromium from PATH, else Playwright's own download."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    if found is None and not Path(own).exists():
        pytest.skip(f"NO BROWSER: none of {', '.join(_NAMES)} on PATH and no Playwright Chromium downloaded")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.chromium.launch(**browser_type_launch_args, executable_path=found or own, args=quiet) as browser:
        yield browser


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Iterator[str]:
    """The address of a whole demo in a folder of its own."""
    port = free_port()
    settings = demo_settings(demo_folder, "127.0.0.1", port)
    with Server(create_demo(settings, demo_folder), port):
        yield settings.public_url


@pytest.fixture
def demo_key(demo: str, demo_folder: Path) -> str:
    """The key with which the ministry's system calls the demo."""
    return (demo_folder / API_KEY).read_text()
