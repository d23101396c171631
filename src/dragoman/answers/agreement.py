"""Whether an approved answer and a passage say the same, in whatever languages they are."""

from dragoman.languages.quantities import find, identifiers, supported, unknown_identifiers

# An approved answer may add something of its own; half of its figures and addresses make it the same answer.
_LEAST = 0.5


def says_the_same(answer: str, answer_language: str, passage: str, passage_language: str) -> bool:
    """Tell whether a passage bears an answer out: by the figures and addresses that both have.

    These are what the 29 languages have in common, and what a wrong answer would get wrong. An answer without any
    is borne out by nothing.
    """
    figures = [one for one in find(answer, answer_language) if not one.weak]
    named = identifiers(answer)
    if not figures and not named:
        return False
    known = find(passage, passage_language)
    borne_out = sum(supported(one, known) for one in figures)
    borne_out += len(named) - len(unknown_identifiers(named, identifiers(passage)))
    return borne_out >= _LEAST * (len(figures) + len(named))
