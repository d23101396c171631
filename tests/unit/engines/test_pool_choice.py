"""Which engine a request goes to."""

import time

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.pool_choice import choose
from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_warmth import BLOCK_CHARACTERS, REMEMBERED_BLOCKS, Warmth, ask_of
from dragoman.testing.scripted_engine import ScriptedEngine


def ask(*texts, max_tokens=100):
    return ask_of([ChatMessage("user", text) for text in texts], Sampling(max_tokens=max_tokens))


def members(*weights):
    return [Member(ScriptedEngine(), f"engine-{number}", weight) for number, weight in enumerate(weights)]


def text(letter, blocks):
    return letter * (BLOCK_CHARACTERS * blocks)


def spread(pool, requests):
    """Send requests that never end, and return how many each engine got."""
    got = dict.fromkeys(pool, 0)
    for number, request in enumerate(requests, 1):
        member = choose(pool, request, ())
        member.chosen = number
        member.outstanding += request.tokens
        member.warm.add(request)
        got[member] += 1
    return list(got.values())


def test_tokens_are_prompt_and_reply():
    assert ask("x" * 300, max_tokens=50).tokens == (300 + len("user\n\n")) // 3 + 50
    assert ask("န" * 100, max_tokens=0).tokens == (300 + len("user\n\n")) // 3


def test_the_least_loaded_is_taken():
    pool = members(1, 1, 1)
    for member, tokens in zip(pool, (500, 200, 300), strict=True):
        member.outstanding = tokens
    assert choose(pool, ask("hello"), ()) is pool[1]


def test_long_requests_count_for_more_than_many_short_ones():
    pool = members(1, 1)
    pool[0].outstanding = ask("hello", max_tokens=4000).tokens
    pool[1].outstanding = 5 * ask("hello").tokens
    assert choose(pool, ask("other"), ()) is pool[1]


def test_equal_engines_take_turns():
    pool = members(1, 1, 1)
    got = []
    for number in range(1, 7):
        member = choose(pool, ask(f"question {number}"), ())
        member.chosen = number
        got.append(pool.index(member))
    assert got == [0, 1, 2, 0, 1, 2]


def test_work_is_shared_by_weight():
    pool = members(3, 1)
    assert spread(pool, [ask(f"question {number}") for number in range(40)]) == [30, 10]


def test_a_conversation_goes_back_to_where_it_is_warm():
    pool = members(1, 1)
    first = ask(text("a", 3))
    pool[1].warm.add(first)
    pool[0].chosen, pool[1].chosen = 1, 2
    assert choose(pool, ask(text("a", 3) + "and more"), ()) is pool[1]
    assert choose(pool, ask(text("b", 3)), ()) is pool[0]


def test_the_longer_beginning_wins():
    pool = members(1, 1)
    pool[0].warm.add(ask(text("a", 2)))
    pool[1].warm.add(ask(text("a", 2) + text("b", 2)))
    assert choose(pool, ask(text("a", 2) + text("b", 3)), ()) is pool[1]


def test_a_warm_engine_that_is_loaded_is_left_alone():
    pool = members(1, 1)
    known = ask(text("a", 3))
    pool[0].warm.add(known)
    pool[0].outstanding = known.tokens
    assert choose(pool, known, ()) is pool[0], "one request under way is not a load"
    pool[0].outstanding = 2 * known.tokens
    assert choose(pool, known, ()) is pool[1]


def test_one_beginning_for_all_does_not_pile_up_on_one_engine():
    pool = members(1, 1)
    got = spread(pool, [ask(text("a", 3) + f"question {number}") for number in range(40)])
    assert min(got) >= 16, got


def test_those_that_are_full_come_last_and_those_that_are_away_after_all_others():
    pool = members(1, 1, 1)
    pool[0].condition = Condition.AWAY
    pool[1].full_until = time.monotonic() + 60
    one = ask("hello")
    assert choose(pool, one, ()) is pool[2]
    assert choose(pool, one, [pool[2]]) is pool[1]
    assert choose(pool, one, [pool[1], pool[2]]) is None
    pool[1].condition = pool[2].condition = Condition.AWAY
    assert choose(pool, one, [pool[1], pool[2]]) is pool[0]


def test_nobody_is_sent_to_an_engine_that_hangs():
    (only,) = members(1)
    only.condition = Condition.HUNG
    assert choose([only], ask("hello"), ()) is None


def test_what_a_cache_holds_is_forgotten_from_its_end():
    warm, oldest = Warmth(), ask(text("a", 4))
    warm.add(oldest)
    assert warm.of(oldest) == 4
    many = (REMEMBERED_BLOCKS - 2) // 2
    for number in range(many):
        warm.add(ask(f"{number:05d}" + text("b", 2)))
    assert warm.of(oldest) == 2
    warm.forget()
    assert warm.of(oldest) == 0


def test_a_long_prompt_costs_a_bounded_memory():
    assert len(ask("x" * 10_000_000).blocks) == 512
