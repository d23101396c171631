import pytest

from dragoman.engines.models.base import ModelFile
from dragoman.engines.models.info import read_info


@pytest.mark.model
def test_the_weights_of_the_tests_are_what_is_served(model_file: ModelFile) -> None:
    info = read_info(model_file.path)
    assert (info.architecture, info.context_tokens, info.chat_template) == ("qwen2", 32_768, True)
    if model_file.stand_in:
        assert model_file.name == "qwen2.5-coder-0.5b-instruct"
        assert (info.quantization, info.licence) == ("q8_0", "apache-2.0")
        # One matrix reads and writes tokens, so the file holds the 494 million parameters of the model once.
        assert info.parameters == 494_032_768
