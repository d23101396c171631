"""The bodies that clients send, and what they ask of a backend."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NoReturn, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dragoman.engines.local.base import ANY_OBJECT, Generation
from dragoman.engines.local.errors import ApiError, from_validation, invalid
from dragoman.engines.local.schemas import supported

MAX_CHOICES = 8
MAX_PROMPTS = 32
MAX_STOPS = 16
MAX_INPUTS = 256
_MAX_SEED = (1 << 63) - 1

# Fields of OpenAI's and vLLM's that steer the answer and are not done here, with the values that ask for nothing.
_NOT_DONE: Mapping[str, tuple[Any, ...]] = {
    "logprobs": (False,), "top_logprobs": (0,), "prompt_logprobs": (), "echo": (False,), "suffix": ("",),
    "best_of": (1,), "logit_bias": ({},), "tools": ([],), "tool_choice": ("none", "auto"), "functions": ([],),
    "function_call": ("none", "auto"), "audio": (), "modalities": (["text"],), "prediction": (),
    "web_search_options": (), "use_beam_search": (False,), "length_penalty": (1,), "min_p": (0,),
    "stop_token_ids": ([],), "bad_words": ([],), "grammar": (), "guided_json": (), "guided_regex": (),
    "guided_choice": (), "guided_grammar": (), "structured_outputs": (), "dimensions": (384,),
}  # fmt: skip


def _whole_characters(text: str) -> str:
    """Refuse half characters, which JSON can carry (`\\ud800`) and no tokenizer reads."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"has a lone surrogate at character {error.start}") from error
    return text


Kind = TypeVar("Kind", bound=BaseModel)
Text = Annotated[str, AfterValidator(_whole_characters)]


class _Body(BaseModel):
    # Fields that nobody here knows (`user`, `metadata`, `store`) change nothing.
    model_config = ConfigDict(strict=True, extra="allow")


class StreamOptions(_Body):
    """How a stream is told."""

    include_usage: bool | None = None


class NamedSchema(_Body):
    """A JSON schema as `response_format` carries it. It is always held to, `strict` or not."""

    name: str = "schema"
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class ResponseFormat(_Body):
    """The form that the text must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    def held_to(self) -> dict[str, Any] | None:
        """Return the schema that the text is held to, or None."""
        if self.type == "json_schema":
            if self.json_schema is None:
                raise invalid("json_schema is missing.", "response_format.json_schema")
            return supported(self.json_schema.schema_)
        return ANY_OBJECT if self.type == "json_object" else None


class Sampled(_Body):
    """What completions and chat have in common. A field that is null has its default."""

    model: str | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    min_tokens: Annotated[int, Field(ge=0)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    repetition_penalty: Annotated[float, Field(gt=0, le=10)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stop: (
        Annotated[Text, Field(min_length=1)]
        | Annotated[list[Annotated[Text, Field(min_length=1)]], Field(max_length=MAX_STOPS)]
        | None
    ) = None
    seed: Annotated[int, Field(ge=-_MAX_SEED, le=_MAX_SEED)] | None = None
    n: Annotated[int, Field(ge=1, le=MAX_CHOICES)] | None = None
    ignore_eos: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None

    def generations(self, prompts: Sequence[str], *, longest: int) -> list[Generation]:
        """Return what to generate: `n` times for each prompt, at most `longest` tokens where none were asked for.

        Raises:
            ApiError: the fields contradict each other, or the schema is not supported.
        """
        most = self.max_tokens or longest
        least = self.min_tokens or 0
        schema = self.response_format.held_to() if self.response_format else None
        if least > most:
            raise invalid(f"min_tokens ({least}) is above max_tokens ({most}).", "min_tokens")
        if schema is not None and (least or self.ignore_eos):
            raise invalid(
                "JSON ends where it ends: min_tokens and ignore_eos do not go with it.", "response_format"
            )
        return [
            Generation(
                prompt=prompt,
                max_tokens=most,
                min_tokens=least,
                temperature=1.0 if self.temperature is None else self.temperature,
                top_p=self.top_p or 1.0,
                top_k=max(0, self.top_k or 0),
                repetition_penalty=self.repetition_penalty or 1.0,
                presence_penalty=self.presence_penalty or 0.0,
                frequency_penalty=self.frequency_penalty or 0.0,
                stop=(self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ()),
                # Choices of one request differ from each other, and are the same ones the next time.
                seed=None if self.seed is None else (self.seed + choice) % (1 << 32),
                ignore_eos=bool(self.ignore_eos),
                json_schema=schema,
            )
            for prompt in prompts
            for choice in range(self.n or 1)
        ]

    @property
    def include_usage(self) -> bool:
        """Whether a stream is to end with the token counts."""
        return bool(self.stream_options and self.stream_options.include_usage)


class CompletionBody(Sampled):
    """The body of `POST /v1/completions`."""

    prompt: Text | list[Text] | list[int] | list[list[int]]

    def prompts(self) -> list[str]:
        """Return the prompts as texts.

        Raises:
            ApiError: there are none or too many, or they are token ids.
        """
        prompts = [self.prompt] if isinstance(self.prompt, str) else self.prompt
        if not 1 <= len(prompts) <= MAX_PROMPTS:
            raise invalid(f"prompt must be a text or a list of 1 to {MAX_PROMPTS} texts.", "prompt")
        texts = [prompt for prompt in prompts if isinstance(prompt, str)]
        if len(texts) < len(prompts):
            raise invalid("Token ids are not taken as a prompt; send text.", "prompt")
        if not all(texts):
            raise invalid("prompt must not be empty.", "prompt")
        return texts


class Part(_Body):
    """A piece of a message's content."""

    type: Literal["text"]
    text: Text


class Message(_Body):
    """One message of a chat. `developer` is OpenAI's later name for `system`."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Text | list[Part]

    def plain(self) -> dict[str, str]:
        """Return it as templates take it."""
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": text}


class ChatBody(Sampled):
    """The body of `POST /v1/chat/completions`."""

    messages: Annotated[list[Message], Field(min_length=1)]
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None


class EmbeddingBody(_Body):
    """The body of `POST /v1/embeddings`."""

    model: str | None = None
    input: Text | list[Text] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = None

    def texts(self) -> list[str]:
        """Return what to embed.

        Raises:
            ApiError: there is nothing or too much, or it is token ids.
        """
        inputs = [self.input] if isinstance(self.input, str) else self.input
        texts = [text for text in inputs if isinstance(text, str)]
        if len(texts) < len(inputs):
            raise invalid("Token ids are not taken as input; send text.", "input")
        if not 1 <= len(texts) <= MAX_INPUTS or not all(texts):
            raise invalid(
                f"input must be a text or a list of 1 to {MAX_INPUTS} texts, none of them empty.", "input"
            )
        return texts


def read_json(content: bytes, content_type: str) -> Mapping[str, Any]:
    """Return the object in a request's body.

    Raises:
        ApiError: it is not a JSON object in UTF-8, 400, or does not say that it is JSON, 415. The latter also keeps
            pages of strangers, whose browser asks first for anything but forms and plain text, from writing here.
    """
    media = content_type.split(";", 1)[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise ApiError(415, "Send application/json.", code="unsupported_media_type")
    try:
        body: Any = json.loads(content.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise invalid(f"The body is not UTF-8 (byte {error.start}).", code="json_invalid") from error
    except (ValueError, RecursionError) as error:
        where = f": {error.msg} at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise invalid(f"The body is not JSON{where}.", code="json_invalid") from error
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.", code="json_invalid")
    return cast("dict[str, Any]", body)


def read_body(kind: type[Kind], body: Mapping[str, Any]) -> Kind:
    """Return a body as what it must be.

    Raises:
        ApiError: something in it is missing, of the wrong type or out of range, or asks for what is not done here.
    """
    for name, idle in _NOT_DONE.items():
        value = body.get(name)
        if value is not None and not any(_same(value, none) for none in idle):
            raise invalid(f"{name} is not supported here.", name, "unsupported_parameter")
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise from_validation(error) from error


def _same(value: Any, other: Any) -> bool:
    """Compare as JSON does: `false` is not 0, but 0.0 is."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
