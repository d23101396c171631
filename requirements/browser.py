"""Give the tests a Chromium and fonts for the 29 scripts' pages. Run by `bin/test` with `.venv`'s Python.

Debian's packages where apt can be used (as root, or with a sudo that asks nothing), Playwright's own download
elsewhere. What cannot be had is said in one line; the tests that need it then fail, they are not skipped.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without the first, Chinese, Japanese and Korean are drawn as boxes; the second has Khmer, Lao, Burmese and the rest.
FONTS = {"zh": "fonts-noto-cjk", "km": "fonts-noto-core"}


def main() -> None:
    """Install what is missing."""
    packages = [] if has_browser() else ["chromium"]
    packages += [package for language, package in FONTS.items() if not has_font(language)]
    if packages and apt(packages):
        packages = []
    if "chromium" in packages and not playwright_install():
        say(
            "No Chromium for the browser tests: install it (Debian: apt install chromium) and run this again."
        )
    if fonts := [package for package in packages if package != "chromium"]:
        say(f"Fonts are missing; pictures of some pages will show boxes. Install: {' '.join(fonts)}.")


def has_browser() -> bool:
    """Tell whether a Chromium of the system or of Playwright is there."""
    if any(shutil.which(name) for name in BROWSERS):
        return True
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def has_font(language: str) -> bool:
    """Tell whether a font for this language is there; macOS comes with them."""
    if platform.system() == "Darwin":
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", f":lang={language}"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def apt(packages: list[str]) -> bool:
    """Install Debian packages; False where that is not possible. Ubuntu's chromium is a snap, which tests cannot drive."""
    if not shutil.which("apt-get") or ("chromium" in packages and distribution() != "debian"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if sudo and not shutil.which("sudo"):
        return False
    say(f"Installing {' '.join(packages)} with apt.")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    update = [*sudo, "apt-get", "update"]
    install = [
        *sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300",
        "install", "--yes", "--no-install-recommends", *packages,
    ]  # fmt: skip
    return all(subprocess.run(command, check=False, **quiet).returncode == 0 for command in (update, install))


def distribution() -> str:
    """Return the `ID` of the Linux distribution, or nothing."""
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""


def playwright_install() -> bool:
    """Fetch Playwright's own Chromium into the user's cache."""
    say("Fetching Playwright's Chromium.")
    return (
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode
        == 0
    )


def say(text: str) -> None:
    """Tell whoever runs this."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
