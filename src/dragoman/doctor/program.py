"""Python, the packages, and the settings."""

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from dragoman.doctor.base import Case, Finding, fail, ok
from dragoman.settings import origins

_OLDEST = (3, 11)


def python(_case: Case) -> Iterator[Finding]:
    """Look at the interpreter."""
    found = platform.python_version()
    if sys.version_info < _OLDEST:
        yield fail(
            "python", f"{found} is too old: use 3.11 or newer, and run bin/serve again.", version=found
        )
    else:
        yield ok("python", f"{found} on {platform.system()} {platform.machine()}", version=found)


def packages(_case: Case) -> Iterator[Finding]:
    """Compare what is installed with what this version asks for."""
    asked = [Requirement(line) for line in requires("dragoman") or ()]
    needed = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = [told for one in needed if (told := _wrong(one)) is not None]
    own = version("dragoman")
    if wrong:
        text = f"{'; '.join(wrong)}: run bin/serve, which installs what is missing, or pip install dragoman again."
        yield fail("packages", text, version=own, wrong=wrong)
    else:
        yield ok("packages", f"Dragoman {own} and the {len(needed)} packages it needs", version=own)


def _wrong(one: Requirement) -> str | None:
    try:
        found = version(one.name)
    except PackageNotFoundError:
        return f"{one.name} is missing"
    return (
        None
        if one.specifier.contains(found, prereleases=True)
        else f"{one.name} is {found}, not {one.specifier}"
    )


def settings(case: Case) -> Iterator[Finding]:
    """Tell what is wrong in the settings, or what is set and where; never a value."""
    for line in case.wrong_settings:
        yield fail(
            "settings", f"{line} Until it is mended nothing starts; the checks below use the defaults."
        )
    if case.wrong_settings:
        return
    found = origins(case.home)
    told = ", ".join(f"{key} ({where})" for key, where in found.items())
    yield ok("settings", told or "none set, all as they come", set=dict(found))
