"""What came of taking things in, for programs."""

from typing import Any

from dragoman.knowledge.library import FolderTaken

# Of what could not be taken, and of warnings, as many are told.
_MOST_TOLD = 100


def report_record(found: FolderTaken) -> dict[str, Any]:
    """Return what came of taking things in, for programs."""
    return {
        "taken": {
            outcome: sum(one.outcome == outcome for one in found.taken)
            for outcome in ("added", "changed", "unchanged", "known")
        },
        "curated": sum(one.curated for one in found.taken),
        "documents": [document for one in found.taken for document in one.documents],
        "warnings": [f"{one.location}: {warning}" for one in found.taken for warning in one.warnings][
            :_MOST_TOLD
        ],
        "refused": [
            {"source": location, "reason": reason} for location, reason in found.refused[:_MOST_TOLD]
        ],
        "removed": list(found.removed[:_MOST_TOLD]),
    }
