import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from dragoman.nouns.errors import OperatorError
from dragoman.settings import EngineServer, Settings, default_home, load
from dragoman.settings.loading import as_variable


def refusal(
    home: Path, toml: str = "", overrides: dict[str, object] | None = None, **environment: str
) -> str:
    (home / "dragoman.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        load(home, overrides, environment=environment)
    return str(caught.value)


def test_nothing_set_gives_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, environment={}) == Settings()


def test_each_source_wins_over_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "dragoman.toml").write_text('[desk]\nport = 1\nhost = "a"\nname = "File"\n')
    environment = {"DRAGOMAN_DESK__PORT": "2", "DRAGOMAN_DESK__HOST": "b"}
    desk = load(tmp_path, {"desk.port": 3, "desk.host": None}, environment=environment).desk
    assert (desk.port, desk.host, desk.name) == (3, "b", "File")


@pytest.mark.parametrize(
    "toml",
    [
        "[desk]\n\nport = 'x'",
        "\n\ndesk.port = 'x'",
        "\n\ndesk = { port = 'x' }",
        "[engine]\nport = 1\n[ desk ] # the desk\n'port' = 'x'",
    ],
)
def test_a_wrong_value_names_its_line_and_what_was_expected(tmp_path: Path, toml: str) -> None:
    said = refusal(tmp_path, toml)
    line = next(number for number, text in enumerate(toml.splitlines(), 1) if "'x'" in text)
    assert said == f"desk.port: expected a whole number, 0 to 65535 ({tmp_path}/dragoman.toml:{line})."


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path, DRAGOMAN_DESK__LOCALE="fr")
    assert said == "desk.locale: expected one of en, zh (environment variable DRAGOMAN_DESK__LOCALE)."


def test_a_wrong_option_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path, overrides={"engine.port": 99999})
    assert said == "engine.port: expected a whole number, 0 to 65535 (command line)."


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[desk]\nprot = 1", "desk.prot: no such setting; did you mean desk.port?"),
        ("[desks]\nlocale = 1", "desks.locale: no such setting; did you mean desk.locale?"),
        ("[log]\nmax_tokens = 1", "log.max_tokens: no such setting; did you mean generation.max_tokens?"),
        ("[x]\ny = 1", "x.y: no such setting; docs/reference/settings.md lists them all"),
        ("desk = 5", "desk: expected a section, [desk], with settings in it"),
    ],
)
def test_an_unknown_setting_is_told_with_a_guess(tmp_path: Path, toml: str, expected: str) -> None:
    assert refusal(tmp_path, toml).startswith(expected)


def test_an_unknown_variable_stops_the_start(tmp_path: Path) -> None:
    said = refusal(tmp_path, DRAGOMAN_ENGINE__THREDS="2")
    assert "did you mean engine.threads? (environment variable DRAGOMAN_ENGINE__THREDS)" in said


def test_every_mistake_gets_a_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, "[desk]\nport = -1\n[generation]\ntop_p = 0.0\ntemperature = 9\n")
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "desk.port",
        "generation.temperature",
        "generation.top_p",
    ]


def test_broken_toml_names_file_and_line(tmp_path: Path) -> None:
    assert re.search(r"dragoman\.toml is not TOML: .*line 2", refusal(tmp_path, "[desk]\nport = = 2\n"))


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "dragoman.toml").write_bytes(b"[desk]\nname = '\xff'\n")
    with pytest.raises(OperatorError, match="not UTF-8"):
        load(tmp_path, environment={})


def test_a_value_is_never_repeated(tmp_path: Path) -> None:
    said = refusal(
        tmp_path, "[database]\nurl = 5\npassword = 'hunter2'", DRAGOMAN_ENGINE__URLS="ftp://me:hunter2@gpu"
    )
    assert "hunter2" not in said
    assert "hunter2" not in repr(load(tmp_path / "none", {"database.url": "x://hunter2"}, environment={}))


@pytest.mark.parametrize("text", ["http://a/v1, http://b/v1/", '["http://a/v1", "http://b/v1"]'])
def test_a_list_is_read_from_a_variable(tmp_path: Path, text: str) -> None:
    settings = load(tmp_path, environment={"DRAGOMAN_ENGINE__URLS": text})
    assert settings.engine.urls == ("http://a/v1", "http://b/v1")


MIXED = """[engine]
urls = [
  "http://a/v1/",
  { url = "http://b/v1/", weight = 2, model = "m", api_key = "secret-b" },
]
"""
TABLES = """[[engine.urls]]
url = "http://a/v1"

[[engine.urls]]
url = "http://b/v1"
weight = 2
model = "m"
api_key = "secret-b"
"""


@pytest.mark.parametrize("toml", [MIXED, TABLES])
def test_a_server_may_have_a_key_a_model_and_a_weight(tmp_path: Path, toml: str) -> None:
    (tmp_path / "dragoman.toml").write_text(toml)
    first, second = load(tmp_path, environment={}).engine.urls
    assert first in ("http://a/v1", EngineServer(url="http://a/v1"))
    assert second == EngineServer(url="http://b/v1", weight=2, model="m", api_key=SecretStr("secret-b"))
    assert "secret-b" not in repr(second)


def test_servers_go_through_a_variable_unchanged(tmp_path: Path) -> None:
    (tmp_path / "dragoman.toml").write_text(MIXED)
    urls = load(tmp_path, environment={}).engine.urls
    environment = {"DRAGOMAN_ENGINE__URLS": as_variable(urls)}
    assert load(tmp_path / "none", environment=environment).engine.urls == urls


@pytest.mark.parametrize(
    "wrong",
    [
        "{ url = 'gpu' }",
        "{ weight = 1 }",
        "{ url = 'http://b', weight = 0 }",
        "{ url = 'http://b', kye = 'x' }",
    ],
)
def test_a_server_that_is_wrong_is_told_with_its_line(tmp_path: Path, wrong: str) -> None:
    said = refusal(tmp_path, f"[engine]\nport = 1\nurls = ['http://a/v1', {wrong}]")
    assert said == (
        "engine.urls: expected a list, each an address beginning with http:// or https://, "
        f"or a table of url, api_key, model, weight ({tmp_path}/dragoman.toml:3)."
    )
    inner = wrong.strip("{} ").replace(", ", "\n")
    assert f"{tmp_path}/dragoman.toml:3)" in refusal(tmp_path, f"[desk]\nport = 1\n[[engine.urls]]\n{inner}")


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert load(tmp_path, environment={"DRAGOMAN_DATABASE__URL": ""}).database.url is None


def test_the_home_is_the_one_that_is_named(tmp_path: Path) -> None:
    assert default_home({"DRAGOMAN_HOME": str(tmp_path)}) == tmp_path
    assert default_home({}).is_absolute()
