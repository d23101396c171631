"""The usual tutorial stack: Flask's development server, `langdetect`, and a model asked one request at a time.

Written for the bench, as such programs are written: the language goes by name into the prompt, the message behind it,
and what the model writes is the reply. It knows nothing of a business, remembers nothing, checks nothing, and sends
the reply when all of it is there. Run as a program: `python -m dragoman.bench.plain_app --engine URL --port N`.
"""

import argparse
import importlib
import threading
from collections.abc import Callable
from typing import Any

import httpx
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from dragoman.languages.registry import LANGUAGES

_ENGINE_SECONDS = 600.0
_PROMPT = (
    "You are a helpful customer service assistant. Answer in {language}.\n\nCustomer: {message}\nAssistant:"
)
# What a program of this kind asks for, and an end where the model begins to write the customer's next message.
_SAMPLING = {
    "max_tokens": 512,
    "temperature": 0.7,
    "top_p": 0.9,
    "repetition_penalty": 1.1,
    "stop": ["\nCustomer:"],
}
# langdetect tells two kinds of Chinese apart, and knows Tagalog by its code.
_CODES = {"zh-cn": "zh", "zh-tw": "zh"}


def create_app(engine: httpx.Client, detect: Callable[[str], str]) -> Flask:
    """Return the application.

    Args:
        engine: a client with the address of an OpenAI-compatible server, `http://127.0.0.1:8080/v1`.
        detect: returns a language's code, or raises.
    """
    app = Flask("plain")
    one_at_a_time = threading.Lock()

    @app.get("/")
    def ready() -> ResponseReturnValue:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        return jsonify(ready=True)

    @app.post("/chat")
    def chat() -> ResponseReturnValue:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        message = str(request.get_json()["message"])
        language = _language(message, detect)
        prompt = _PROMPT.format(language=language, message=message)
        with one_at_a_time:
            answered = engine.post("/completions", json={"prompt": prompt, **_SAMPLING})
        answered.raise_for_status()
        return jsonify(reply=answered.json()["choices"][0]["text"].strip(), language=language)

    return app


def _language(message: str, detect: Callable[[str], str]) -> str:
    """Return a language by its English name; English where the detector fails, as it does for figures alone."""
    try:
        code = detect(message)
    except Exception:
        return "English"
    known = LANGUAGES.get(_CODES.get(code, code))
    return known.english if known is not None else "English"


def main() -> None:
    """Serve with Flask's development server, which answers every request in a thread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    langdetect: Any = importlib.import_module("langdetect")
    langdetect.DetectorFactory.seed = 0
    with httpx.Client(base_url=given.engine, timeout=_ENGINE_SECONDS, trust_env=False) as engine:
        create_app(engine, langdetect.detect).run(host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
