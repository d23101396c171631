"""Long prompts are read in pieces, one prompt at a time."""

import pytest

from dragoman.engines.local.long_prompts import LongPrompts, Piece

PIECE, BLOCK = 8, 4
LONG = list(range(100, 130))


@pytest.fixture
def line() -> LongPrompts:
    return LongPrompts(piece=PIECE, block=BLOCK)


def _all(line: LongPrompts) -> list[Piece]:
    pieces: list[Piece] = []
    while (piece := line.next()) is not None:
        pieces.append(piece)
    return pieces


def _lengths(pieces: list[Piece]) -> list[tuple[int, int, bool]]:
    return [(piece.id, len(piece.tokens), piece.last) for piece in pieces]


def test_a_prompt_of_two_pieces_is_not_long(line: LongPrompts) -> None:
    assert not line.is_long(LONG[: 2 * PIECE])
    assert line.is_long(LONG[: 2 * PIECE + 1])


def test_every_piece_is_a_longer_beginning_and_the_last_one_is_the_whole(line: LongPrompts) -> None:
    line.add(1, LONG)
    pieces = _all(line)
    assert _lengths(pieces) == [(1, 8, False), (1, 16, False), (1, 30, True)]
    assert all(piece.tokens == LONG[: len(piece.tokens)] for piece in pieces)
    assert not len(line)


def test_one_prompt_is_read_after_the_other(line: LongPrompts) -> None:
    line.add(1, LONG)
    line.add(2, LONG[::-1])
    assert [piece.id for piece in _all(line)] == [1, 1, 1, 2, 2, 2]


def test_what_an_earlier_prompt_had_is_not_read_again(line: LongPrompts) -> None:
    line.remember(LONG)
    assert not line.is_long([*LONG, *range(PIECE)])
    longer = [*LONG, *range(20)]
    assert line.is_long(longer)
    line.add(1, longer)
    # 30 tokens are known; pieces end where the cache's blocks do.
    assert _lengths(_all(line)) == [(1, 36, False), (1, 50, True)]


def test_a_prompt_read_in_pieces_is_remembered(line: LongPrompts) -> None:
    line.add(1, LONG)
    _all(line)
    assert not line.is_long([*LONG, 1])


def test_prompts_with_another_beginning_are_not_known(line: LongPrompts) -> None:
    line.remember(LONG)
    assert line.is_long([1, *LONG])


def test_who_goes_leaves_the_line_to_the_others(line: LongPrompts) -> None:
    line.add(1, LONG)
    line.add(2, LONG[::-1])
    line.add(3, LONG[1:])
    line.next()
    assert not line.drop(2)
    assert line.drop(1)
    assert _lengths(_all(line)) == [(3, 8, False), (3, 16, False), (3, 29, True)]


def test_who_is_not_in_the_line_cannot_leave_it(line: LongPrompts) -> None:
    line.add(1, LONG)
    assert not line.drop(7)
    assert len(line) == 1
