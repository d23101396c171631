"""The reference of all settings, written from the groups: `python -m dragoman.settings.reference > FILE`."""

import sys
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel, SecretStr

from dragoman.settings.describing import expectation, fields, groups
from dragoman.settings.groups import Settings

_HEAD = """\
# Settings

Written from `src/dragoman/settings/groups.py` by `python -m dragoman.settings.reference`; a test fails when the two differ.

Settings stand in `dragoman.toml` in the home folder. Every one is also an environment variable, which wins over the
file, and some are options of a command, which win over both:

```toml
[desk]
port = 5001
```

```sh
DRAGOMAN_DESK__PORT=5001 bin/serve
bin/serve --port 5001
```

A list in a variable is written with commas between its values or as JSON; an empty variable counts as unset. An unknown
setting, a wrong value or an unknown `DRAGOMAN_...` variable stops the start with a line that names it, what was
expected, and where it was set.

The home folder itself is named by `--home` or `DRAGOMAN_HOME`. Otherwise it is `/var/lib/dragoman` for root on Linux
and the user's data folder for everyone else (`~/.local/share/dragoman`, on macOS `~/Library/Application Support/dragoman`).
"""


def reference() -> str:
    """Return the reference as Markdown."""
    return "\n".join([_HEAD, *(_section(section, group) for section, group in groups().items())])


def _section(section: str, group: type[BaseModel]) -> str:
    lines = [f"## [{section}]", "", cleandoc(group.__doc__ or ""), ""]
    lines += ["| setting | takes | default | what it is |", "|---|---|---|---|"]
    for name, field in group.model_fields.items():
        key = f"{section}.{name}"
        lines.append(f"| `{name}` | {expectation(key)} | {_default(key)} | {field.description} |")
    return "\n".join([*lines, ""])


def _default(key: str) -> str:
    section, name = key.split(".")
    value: Any = getattr(getattr(Settings(), section), name)
    assert not isinstance(value, SecretStr), f"{key} has a secret for a default"
    assert fields()[key].description, f"{key} has no description"
    if value is None or value == ():
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
