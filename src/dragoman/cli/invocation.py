"""What every verb gets: the home folder, and the settings in it once they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from dragoman.settings import Settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of `dragoman`; `given_home` is what `--home` said."""

    given_home: Path | None = None

    @property
    def home(self) -> Path:
        """The folder in which everything that must last is kept; it may not be there yet."""
        if self.given_home is not None:
            return self.given_home.expanduser().absolute()
        from dragoman.settings import default_home

        return default_home()

    def settings(self, options: "Mapping[str, object] | None" = None) -> "Settings":
        """Read the settings; `options` are the verb's own, by `section.name`, None where not given.

        Raises:
            OperatorError: something in them is unknown or wrong.
        """
        from dragoman.settings import load

        return load(self.home, options)


def invocation(ctx: typer.Context) -> Invocation:
    """Return what this verb was called with."""
    return cast("Invocation", ctx.find_root().obj)
