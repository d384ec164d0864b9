"""Sees to a browser before the tests: one on the PATH, else Debian's, else Playwright's own download."""

import os
import shutil
import subprocess
import sys

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    if any(shutil.which(name) for name in ON_PATH):
        return
    if shutil.which("apt-get") and os.geteuid() == 0 and _debian():
        return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False)
    if done.returncode:
        print("NO BROWSER could be had: the browser tests will be skipped.", file=sys.stderr)


def _debian() -> bool:
    steps = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(subprocess.run(step, env=quiet, capture_output=True, check=False).returncode == 0 for step in steps)


if __name__ == "__main__":
    main()
