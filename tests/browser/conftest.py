"""Browser tests run in the Chromium that the machine has, and say so loudly where it has none."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_type: BrowserType) -> dict[str, Any]:
    """pytest-playwright's launch options, pointed at Chromium on PATH, else at Playwright's own download."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    own = browser_type.executable_path
    if found is None and not Path(own).exists():
        pytest.skip(f"NO BROWSER: none of {', '.join(_NAMES)} on PATH and no Playwright Chromium downloaded")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": found or own, "args": quiet}
