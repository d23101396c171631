"""What the operator can set: `groups.py` has every setting, `load` reads them once, at the start."""

from dragoman.settings.groups import (
    AnswerSettings,
    ConversationSettings,
    DatabaseSettings,
    DeskSettings,
    EngineServer,
    EngineSettings,
    GenerationSettings,
    KnowledgeSettings,
    LogSettings,
    ModelSettings,
    Settings,
)
from dragoman.settings.loading import default_home, load, origins

__all__ = [
    "AnswerSettings",
    "ConversationSettings",
    "DatabaseSettings",
    "DeskSettings",
    "EngineServer",
    "EngineSettings",
    "GenerationSettings",
    "KnowledgeSettings",
    "LogSettings",
    "ModelSettings",
    "Settings",
    "default_home",
    "load",
    "origins",
]
