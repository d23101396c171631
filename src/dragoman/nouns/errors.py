"""What can go wrong, with one root. The HTTP status is chosen at the edge, the words in `languages/phrases/`."""

from collections.abc import Mapping


class DragomanError(Exception):
    """Something went wrong that has a name.

    Class attributes:
        code: stable, for programs; documented in `docs/reference/errors.md`.
        phrase: the key of the text for customers in `languages/phrases/<code>.toml`.

    The exception's own message is for operators and logs and never holds a customer's words;
    `values` fill the placeholders of the phrase.
    """

    code = "internal_error"
    phrase = "error.internal"

    def __init__(self, detail: str | None = None, **values: str | int) -> None:
        super().__init__(detail or (type(self).__doc__ or "").split("\n", 1)[0])
        self.values: Mapping[str, str | int] = values


class MessageEmptyError(DragomanError):
    """The message holds nothing that can be read: it is empty, white space or invisible characters."""

    code = "message_empty"
    phrase = "error.message_empty"


class MessageTooLongError(DragomanError):
    """The message is longer than the desk takes."""

    code = "message_too_long"
    phrase = "error.message_too_long"


class RequestInvalidError(DragomanError):
    """The request cannot be read: broken JSON or UTF-8, a missing field or one of the wrong type."""

    code = "request_invalid"
    phrase = "error.request_invalid"


class ConversationUnknownError(DragomanError):
    """There is no such conversation, or it is not the caller's."""

    code = "conversation_unknown"
    phrase = "error.conversation_unknown"


class ConversationEndedError(DragomanError):
    """The conversation has ended; a new one can be begun."""

    code = "conversation_ended"
    phrase = "error.conversation_ended"


class TurnSupersededError(DragomanError):
    """A newer message of the same conversation took this one's place before it was answered."""

    code = "turn_superseded"
    phrase = "error.superseded"


class TurnStoppedError(DragomanError):
    """The customer stopped the reply, or left and did not come back."""

    code = "turn_stopped"
    phrase = "chat.stopped"


class EngineError(DragomanError):
    """The engine could not answer."""

    code = "engine_failed"
    phrase = "error.engine"


class EngineUnavailableError(EngineError):
    """No engine can be reached."""

    code = "engine_unavailable"
    phrase = "error.engine"


class EngineBusyError(EngineError):
    """Every engine's waiting line is full.

    `retry_after` is the wait in seconds that the engine asked for.
    """

    code = "engine_busy"
    phrase = "error.busy"

    def __init__(self, detail: str | None = None, *, retry_after: float = 1.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class EngineInterruptedError(EngineError):
    """The engine went away, or fell silent, in the middle of a reply."""

    code = "engine_interrupted"
    phrase = "error.interrupted"


class PromptTooLongError(EngineError):
    """The prompt does not fit the model's context."""

    code = "context_length_exceeded"
    phrase = "error.message_too_long_for_model"

    def __init__(self, *, prompt_tokens: int, context_tokens: int) -> None:
        super().__init__(f"the prompt has {prompt_tokens} tokens, the model takes {context_tokens}")
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


class StorageUnavailableError(DragomanError):
    """The database cannot be reached."""

    code = "storage_unavailable"
    phrase = "error.internal"


class OperatorError(DragomanError):
    """Something that the person who runs Dragoman has to mend. Its message says what, and how."""

    code = "operator_error"


class ApiKeyError(DragomanError):
    """The call needs the desk's API key, as a bearer token."""

    code = "api_key_needed"
    phrase = "error.request_invalid"


class DocumentUnknownError(DragomanError):
    """There is no such document."""

    code = "document_unknown"
    phrase = "error.request_invalid"


class JobUnknownError(DragomanError):
    """There is no such job."""

    code = "job_unknown"
    phrase = "error.request_invalid"


class KnowledgeRefusedError(OperatorError):
    """A document or an address cannot be taken into the knowledge base. Its message says why, and what to do."""

    code = "document_refused"
