"""Quantities of texts in the 29 languages: found, compared, masked and written.

`find` and `identifiers` read a text, `supported` and `unsupported` compare it with its sources, `write` puts a
quantity in a language's own way, `mask` and `fill` keep figures out of a model's hands.
"""

from dragoman.languages.quantities.comparing import (
    Reason,
    Unsupported,
    fault,
    same,
    supported,
    unknown_identifiers,
    unsupported,
)
from dragoman.languages.quantities.finding import find
from dragoman.languages.quantities.identifiers import Identifier, IdentifierKind, identifiers
from dragoman.languages.quantities.masking import Filled, Masked, fill, mask
from dragoman.languages.quantities.quantity import PERCENT, WORKING_DAY, Date, Kind, Quantity, Range, Reading
from dragoman.languages.quantities.writing import write

__all__ = [
    "PERCENT",
    "WORKING_DAY",
    "Date",
    "Filled",
    "Identifier",
    "IdentifierKind",
    "Kind",
    "Masked",
    "Quantity",
    "Range",
    "Reading",
    "Reason",
    "Unsupported",
    "fault",
    "fill",
    "find",
    "identifiers",
    "mask",
    "same",
    "supported",
    "unknown_identifiers",
    "unsupported",
    "write",
]
