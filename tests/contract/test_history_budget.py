"""The desk's estimate of tokens, held to the real tokenizer in every language."""

import httpx
import pytest

from dragoman.conversation.history import estimate_tokens
from dragoman.evaluation.speaking import questions

pytestmark = pytest.mark.model


async def test_no_language_needs_more_tokens_than_estimated(engine_url):
    async with httpx.AsyncClient(base_url=engine_url, timeout=120) as client:
        for code, question in questions().items():
            body = {"prompt": question, "max_tokens": 1}
            response = await client.post("/completions", json=body)
            real = response.json()["usage"]["prompt_tokens"]
            assert 0 < real <= estimate_tokens(question), code
