"""What the desk process does with the owner's knowledge beside answering: opens it to programs, fills it, does its jobs."""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from dragoman.knowledge.demonstration import demonstration
from dragoman.knowledge.jobs import Work
from dragoman.knowledge.library import seed
from dragoman.languages.base import LanguageDetector
from dragoman.settings import KnowledgeSettings
from dragoman.storage.jobs import PostgresJobs
from dragoman.web.curated import CuratedRoom
from dragoman.web.knowledge import KnowledgeDesk
from dragoman.wiring.knowledge import OpenKnowledge

KEY_FILE = "api-key"
"""The file in the home folder that holds the key of the knowledge API where none is set."""

DEMONSTRATION_REVIEWER = "Demonstration"
"""Who answers for the approved answers of the demonstration shop, as its tables say."""

Told = Callable[[int, int, str], None]


def knowledge_desk(
    settings: KnowledgeSettings, knowledge: OpenKnowledge, detector: LanguageDetector, home: Path
) -> KnowledgeDesk:
    """Return what `/api/v1/knowledge` works with. Reads or makes the key's file: blocks for a moment."""
    key = settings.api_key.get_secret_value() if settings.api_key else _kept_key(home)
    return KnowledgeDesk(
        key_hash=hashlib.sha256(key.encode()).digest(),
        library=knowledge.library,
        work=Work(PostgresJobs(knowledge.database), home / "uploads"),
        search=knowledge.search,
        embedder=knowledge.embedder,
        detect_language=lambda text: detector.decide(text).language,
        curated=CuratedRoom(knowledge.curated, knowledge.embedder),
    )


async def fill(settings: KnowledgeSettings, knowledge: OpenKnowledge, told: Told) -> None:
    """Take in the owner's folder, or the demonstration shop where there is nothing yet.

    Raises:
        OperatorError: the folder is not there.
        StorageUnavailableError: the database cannot be reached.
    """
    if settings.folder is not None or not settings.demonstration:
        await _forget_demonstration(knowledge)
    if settings.folder is not None:
        await seed(knowledge.library, settings.folder, told)
    elif settings.demonstration and not await knowledge.storage.version():
        await seed(knowledge.library, demonstration(), told)
    # These do nothing unless the program or the embedder is another than the last time.
    await knowledge.library.reindex(told)
    await knowledge.library.reembed(told)


async def _forget_demonstration(knowledge: OpenKnowledge) -> None:
    """Remove the invented shop, so that no owner's customer is ever told its terms."""
    shop = str(demonstration())
    if not await knowledge.storage.sources(found_in=shop):
        return
    await knowledge.library.remove(shop)
    texts = await knowledge.curated.texts()
    await knowledge.curated.remove(
        list({text.entry: None for text in texts if text.reviewer == DEMONSTRATION_REVIEWER})
    )


def _kept_key(home: Path) -> str:
    """Return the key in the home folder, made at the first start; only the folder's owner may read it."""
    file = home / KEY_FILE
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(f"{secrets.token_urlsafe(32)}\n")
    except FileExistsError:
        pass
    return file.read_text(encoding="ascii").strip()
