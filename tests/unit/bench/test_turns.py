import asyncio

import pytest

from dragoman.bench.base import WARM_UP, Case, Outcome, Turn
from dragoman.bench.turns import take_turns, turns_of
from dragoman.nouns.errors import OperatorError

from .scripted import Quiet, Side, ours_and_theirs


async def test_sides_are_measured_in_turns_after_a_warm_up_that_does_not_count() -> None:
    quiet = Quiet()
    case = ours_and_theirs([1, 2, 3], [4, 5, 6])
    measured = await take_turns(case, runs=3, quick=False, salt=7, told=quiet.turn)
    rounds = [number for number in (WARM_UP, 0, 1, 2) for _ in range(2)]
    assert [side for _, side, _ in quiet.heard] == ["ours", "theirs"] * 4
    assert [number for _, _, number in quiet.heard] == rounds
    assert [one.outcome.figures["decode"] for one in measured.taken["ours"]] == [1, 2, 3]
    assert [one.outcome.figures["decode"] for one in measured.taken["theirs"]] == [4, 5, 6]
    assert turns_of(case, 3) == len(quiet.heard)


async def test_a_round_has_a_seed_that_no_other_round_and_no_other_case_has() -> None:
    seeds: set[int] = set()
    for salt in (7, 8):
        case = ours_and_theirs([1, 2], [1, 2])
        await take_turns(case, runs=2, quick=False, salt=salt, told=Quiet().turn)
        ours, theirs = (
            [turn.seed for turn in side.turns] for side in case.sides.values() if isinstance(side, Side)
        )
        assert ours == theirs
        seeds |= set(ours)
    assert len(seeds) == 6


def test_sides_on_one_subject_have_seeds_apart() -> None:
    turn = Turn(0, 5, quick=False)
    assert len({turn.seed, turn.apart("alone").seed, turn.apart("busy").seed}) == 3
    assert turn.apart("alone") == Turn(0, 5, quick=False).apart("alone")


async def test_a_case_can_have_fewer_runs_and_no_warm_up() -> None:
    quiet = Quiet()
    case = Case("c", "c", {"ours": Side(1, 2)}, most_runs=2, warm_up=False)
    await take_turns(case, runs=5, quick=False, salt=0, told=quiet.turn)
    assert [number for _, _, number in quiet.heard] == [0, 1]
    assert turns_of(case, 5) == 2


async def test_a_run_that_takes_too_long_ends() -> None:
    async def never(_: Turn) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    case = Case("c", "a case", {"theirs": never}, limit_seconds=0)
    with pytest.raises(OperatorError, match="a case: a run of theirs took longer than 0 s"):
        await take_turns(case, runs=1, quick=False, salt=0, told=Quiet().turn)


async def test_a_figure_without_a_name_is_refused() -> None:
    case = Case("c", "c", {"ours": Side(1, measure="speed")})
    with pytest.raises(OperatorError, match=r"speed is not in dragoman\.bench\.measures"):
        await take_turns(case, runs=1, quick=False, salt=0, told=Quiet().turn)
