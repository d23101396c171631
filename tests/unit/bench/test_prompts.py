import random
import re
from itertools import combinations

import pytest

from dragoman.bench import prompts
from dragoman.bench.load import Ask, LoadClient, in_turn


def pieces(text: str) -> list[str]:
    """Return what is a token each: words and full stops."""
    return re.findall(r"\w+|\.", text)


@pytest.mark.parametrize("tokens", [1, 7, 8, 9, 250])
def test_a_text_has_as_many_words_and_stops_as_asked(tokens: int) -> None:
    assert len(pieces(prompts.text(tokens, random.Random(1)))) == tokens


@pytest.mark.parametrize(("tokens", "shared"), [(40, 0), (400, 150), (500, 0)])
def test_a_chat_has_as_many_tokens_as_asked(tokens: int, shared: int) -> None:
    system, user = prompts.chat(tokens, 5, shared=shared)
    of_template = sum(prompts.TEMPLATE_TOKENS.values())
    assert len(pieces(system["content"])) + len(pieces(user["content"])) + of_template == tokens
    if shared:
        assert len(pieces(system["content"])) + prompts.TEMPLATE_TOKENS["system"] == shared


def test_chats_share_their_beginning_and_nothing_else() -> None:
    chats = [prompts.chat(400, seed, shared=150, number=number) for seed in (1, 2) for number in range(8)]
    assert len({chat[0]["content"] for chat in chats}) == 1
    for one, other in combinations((chat[1]["content"] for chat in chats), 2):
        assert one.split()[:12] != other.split()[:12]


def test_nobody_has_seen_a_prompt_without_a_shared_beginning() -> None:
    beginnings = {prompts.chat(500, seed)[1]["content"][:60] for seed in range(200)}
    assert len(beginnings) == 200


def test_the_same_seed_draws_the_same_prompt() -> None:
    assert prompts.chat(400, 9, shared=150, number=3) == prompts.chat(400, 9, shared=150, number=3)


@pytest.mark.model
@pytest.mark.parametrize(("tokens", "shared"), [(40, 0), (400, 150), (500, 0)])
async def test_the_real_weights_count_as_many_tokens(engine_url: str, tokens: int, shared: int) -> None:
    asks = [Ask(prompts.chat(tokens, 3, shared=shared, number=number), tokens=1) for number in range(3)]
    async with LoadClient(engine_url) as client:
        load = await in_turn(client, asks)
    assert [(reply.error, reply.prompt_tokens, reply.reply_tokens) for reply in load.replies] == [
        (None, tokens, 1)
    ] * 3
