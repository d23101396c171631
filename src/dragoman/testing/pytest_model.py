"""The real weights for tests, built once on a machine and kept beside the checkout."""

import os
from pathlib import Path

import pytest

from dragoman.engines.models.base import ModelFile, Wanted
from dragoman.engines.models.store import prepare

MODEL_VARIABLE = "DRAGOMAN_TEST_MODEL"
"""Names a GGUF file to test with, instead of the stand-in."""


@pytest.fixture(scope="session")
def model_file(pytestconfig: pytest.Config) -> ModelFile:
    """Return weights as Q8_0: the stand-in, so that a test does not depend on which hub answers that day.

    They are made at the first use and kept in `.cache/models`; test sessions side by side make them once.
    """
    own = os.environ.get(MODEL_VARIABLE)
    folder = pytestconfig.rootpath / ".cache" / "models"
    wanted = Wanted("qwen2.5-0.5b-instruct", path=Path(own) if own else None)
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.delenv("HF_ENDPOINT", raising=False)
        return prepare(wanted, folder=folder, public_hubs=())
