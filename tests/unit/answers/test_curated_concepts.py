"""What entries speak of tells which of them a question asks."""

from dragoman.answers.curated_concepts import Evidence, evidence_of
from dragoman.nouns.curated import EntryId

COST, TIME = EntryId("delivery-cost"), EntryId("delivery-time")


def evidence() -> Evidence:
    cost = [(COST, frozenset({"deliver", "price"}))] * 6
    time = [(TIME, frozenset({"deliver", "how_long"}))] * 6
    return evidence_of([*cost, *time])


def test_wordings_are_counted_by_entry() -> None:
    made = evidence()
    assert made.wordings == {COST: 6, TIME: 6}
    assert made.spoken[COST] == {"deliver": 6, "price": 6}


def test_the_entry_that_speaks_of_it_is_likelier() -> None:
    asked = frozenset({"deliver", "price"})
    made = evidence()
    assert made.ahead(COST, asked, [COST, TIME]) > 1
    assert made.ahead(TIME, asked, [COST, TIME]) < -1


def test_what_all_speak_of_tells_nothing() -> None:
    assert abs(evidence().ahead(COST, frozenset({"deliver"}), [COST, TIME])) < 1e-9


def test_what_hardly_any_wording_has_is_chance() -> None:
    made = evidence_of([(COST, frozenset({"coffee"})), (TIME, frozenset[str]())])
    assert made.ahead(COST, frozenset({"coffee"}), [COST, TIME]) == 0


def test_what_hardly_any_wording_of_an_entry_speaks_of_lies_beyond_it() -> None:
    assert evidence().beyond(COST, frozenset({"price", "dishwasher", "how_long"})) == {
        "dishwasher",
        "how_long",
    }
    one_in_fifty = evidence_of([(COST, frozenset({"deliver"}))] * 49 + [(COST, frozenset({"coffee"}))])
    assert one_in_fifty.beyond(COST, frozenset({"deliver", "coffee"})) == {"coffee"}
