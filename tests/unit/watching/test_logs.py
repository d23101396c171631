"""What logs tell, and what they never tell."""

import json
import logging

import pytest
import structlog

from dragoman.nouns.errors import EngineBusyError
from dragoman.watching import logs

WORDS = "my card number is 4111"


@pytest.fixture
def written(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def lines(written):
    return lambda: [json.loads(line) for line in written().splitlines()]


def test_a_line_has_its_process_and_the_turn_it_belongs_to(lines):
    logs.configure(format="auto", process="desk")
    with logs.about(turn="turn_1"):
        logs.logger.info("answered", seconds=1.5)
    logs.logger.info("idle")
    first, second = lines()
    assert (first["event"], first["process"], first["turn"], first["seconds"]) == (
        "answered",
        "desk",
        "turn_1",
        1.5,
    )
    assert first["level"] == "info"
    assert first["timestamp"].endswith("Z")
    assert "turn" not in second


def test_an_exception_is_told_by_its_place_without_its_words(lines):
    logs.configure(format="json", process="desk")
    try:
        raise ValueError(WORDS)
    except ValueError:
        logs.logger.exception("broke")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    ours, foreign = lines()
    for line in (ours, foreign):
        assert line["error"] == "ValueError"
        assert line["at"][-1].startswith("test_logs.py:")
        assert WORDS not in json.dumps(line)


def test_our_own_errors_keep_their_message(lines):
    logs.configure(format="json", process="desk")
    try:
        raise EngineBusyError("32 requests wait")
    except EngineBusyError as error:
        logs.logger.error("refused", exc_info=error)
    assert lines()[0]["error"] == "EngineBusyError: 32 requests wait"


def test_less_important_lines_are_left_out(lines):
    logs.configure(format="json", level="warning", process="desk")
    logs.logger.info("quiet")
    logging.getLogger("httpx").info("GET http://customer.example")
    assert lines() == []


def test_people_read_lines_without_json(written):
    logs.configure(format="text", process="desk")
    logs.logger.info("answered", seconds=1.5)
    text = written()
    assert "answered" in text
    assert "seconds=1.5" in text
    assert "{" not in text
