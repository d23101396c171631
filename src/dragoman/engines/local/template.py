"""The chat template that came with the weights: from messages to a prompt."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn, cast

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dragoman.engines.local.base import BackendInfo, RequestRefusedError
from dragoman.watching.logs import logger


class ChatTemplate:
    """Writes prompts. The template is a program out of a file from the net, so it runs in Jinja's sandbox."""

    def __init__(self, info: BackendInfo) -> None:
        self._names = {"bos_token": info.bos, "eos_token": info.eos[0] if info.eos else ""}
        self._control = _pattern(info.control_tokens)
        self._template = _compiled(info.chat_template)

    def prompt(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Return the prompt at whose end the model is to write the assistant's next message.

        Raises:
            RequestRefusedError: there is no template, or it does not take these messages.
        """
        if self._template is None:
            raise RequestRefusedError("these weights have no chat template; use /v1/completions")
        harmless = [{**message, "content": self.neutral(message["content"])} for message in messages]
        try:
            return self._template.render(messages=harmless, add_generation_prompt=True, **self._names)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise RequestRefusedError(f"the model's chat template refuses the messages: {error}") from error

    def neutral(self, text: str) -> str:
        """Return `text` without control tokens: a space in each makes it the letters that it looks like.

        Otherwise a customer who writes `<|im_end|>` ends their own turn, and speaks as the system next.
        """
        while self._control is not None:
            broken = self._control.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
            if broken == text:
                break
            # Tokens may overlap, so that breaking one leaves the other.
            text = broken
        return text


def _pattern(tokens: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _compiled(source: str) -> Any:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _tojson
    # What templates of the field call, besides Jinja's own functions.
    names = cast("dict[str, Any]", environment.globals)
    names.update(raise_exception=_refuse, strftime_now=_now)
    try:
        return environment.from_string(source) if source else None
    except TemplateError as error:
        logger.warning("chat_template_unusable", reason=type(error).__name__)
        return None


def _tojson(value: Any, indent: int | None = None) -> str:
    """Write JSON as templates expect it: Jinja's own filter escapes for HTML."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)
