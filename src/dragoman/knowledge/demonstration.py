"""Where the demonstration shop's knowledge lies."""

from pathlib import Path

import dragoman
from dragoman.nouns.errors import OperatorError

_PACKAGE = Path(dragoman.__file__).parent
# In an installed wheel it lies in the package, in a checkout beside `src/`.
_PLACES = (_PACKAGE / "examples" / "shop", _PACKAGE.parents[1] / "examples" / "shop")


def demonstration() -> Path:
    """Return the folder of the demonstration shop's knowledge.

    Raises:
        OperatorError: it did not come with this installation.
    """
    for folder in _PLACES:
        if folder.is_dir():
            return folder
    raise OperatorError("The demonstration shop did not come with this installation: install Dragoman again.")
