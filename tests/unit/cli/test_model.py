import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dragoman.cli import model
from dragoman.cli.invocation import Invocation
from dragoman.nouns.errors import OperatorError
from dragoman.testing.tiny_model import tiny_gguf


@pytest.fixture
def call(tmp_path: Path):
    """Call `model ...` in a home of its own; return what it printed."""
    app = typer.Typer()

    @app.callback()
    def _home(ctx: typer.Context) -> None:
        ctx.obj = Invocation(tmp_path / "home")

    model.add_to(app)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["model", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_list_marks_the_chosen_model(call) -> None:
    rows = json.loads(call("list", "--json"))
    assert [row["name"] for row in rows if row["chosen"]] == ["qwen2.5-0.5b-instruct"]
    assert all(row["here"] == [] for row in rows)
    assert "* qwen2.5-0.5b-instruct" in call("list")


def test_info_of_a_file(call, tmp_path: Path) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    shown = json.loads(call("info", str(path), "--json"))
    assert (shown["architecture"], shown["context_tokens"], shown["quantization"]) == ("qwen2", 128, "f32")
    words = call("info", str(path))
    assert "128 tokens" in words
    assert "memory" in words


def test_info_of_a_model_that_is_not_here_says_how_to_get_it(call) -> None:
    with pytest.raises(OperatorError, match=r"dragoman model fetch qwen2\.5-0\.5b-instruct"):
        call("info")


def test_quantize_says_sizes_and_does_not_overwrite(call, tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf")
    made = json.loads(call("quantize", str(source), "--to", "q4_0", "--json"))
    assert Path(made["path"]) == tmp_path / "tiny-q4_0.gguf"
    assert made["bytes_before"] == source.stat().st_size
    assert made["bytes_after"] == Path(made["path"]).stat().st_size
    with pytest.raises(OperatorError, match="is there already"):
        call("quantize", str(source), "--to", "q4_0")


def test_fetch_takes_a_path_of_the_settings(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    monkeypatch.setenv("DRAGOMAN_MODEL__PATH", str(path))
    found = json.loads(call("fetch", "--json"))
    assert (found["path"], found["name"], found["stand_in"]) == (str(path), "tiny", False)
    assert json.loads(call("info", "--json"))["title"] == "Tiny"
