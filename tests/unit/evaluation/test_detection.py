import json
from pathlib import Path

import pytest

from dragoman.evaluation.detection import Sample, as_table, main, measure, read_samples
from dragoman.evaluation.fit_detection import fit
from dragoman.testing.fixed_detector import FixedDetector

SAMPLES = [
    Sample("de", "short", "danke"),
    Sample("de", "short", "bitte"),
    Sample("fr", "short", "merci"),
    Sample("fr", "long", "où est ma commande"),
]


def test_accuracy_is_the_mean_over_languages() -> None:
    report = measure(FixedDetector("fr", by_text={"danke": "de"}), SAMPLES)
    assert report.accuracy == {"short": 0.75, "long": 1.0}
    assert report.languages == {"de": 0.5, "fr": 1.0}
    assert report.confusions == [("de", "fr", 1)]
    assert [(one.count, one.right) for one in report.bins] == [(4, 0.75)]
    assert "de → fr" in as_table(report)


def test_what_several_languages_write_alike_is_left_out_of_the_distinct_ones() -> None:
    shared = [
        Sample("nl", "short", "Artikel 3"),
        Sample("de", "short", "Artikel 4"),
        Sample("de", "short", "12"),
    ]
    report = measure(FixedDetector("fr", by_text={"danke": "de"}), [*SAMPLES, *shared])
    assert report.accuracy["short"] == pytest.approx((1 / 4 + 1 + 0) / 3)
    assert report.distinct == {"short": pytest.approx((1 / 3 + 1) / 2), "long": 1.0}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "samples.tsv"
    lines = ["language\tlength\tsource\ttext", 'de\tshort\tme\t"danke', "fr\tshort\tme\tmerci beaucoup"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_file_is_read_without_quoting(file: Path) -> None:
    assert read_samples(file)[0] == Sample("de", "short", '"danke')


def test_the_command_prints_a_table_or_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == {"short": 1.0}
    assert main([str(file)]) == 0
    assert "2 messages" in capsys.readouterr().out


def test_a_file_that_is_not_there_or_lacks_a_column_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.tsv"
    other.write_text("text\nx\n", encoding="utf-8")
    for path, complaint in ((tmp_path / "none.tsv", "cannot be read"), (other, "lacks the column language")):
        assert main([str(path)]) == 2
        assert complaint in capsys.readouterr().err


def test_fitting_learns_that_telling_words_tell() -> None:
    samples = [Sample("de", "s", "danke"), Sample("fr", "s", "merci"), Sample("es", "s", "gracias")]
    weights = fit(samples)
    assert weights["telling words"] > 0.1
    assert fit(samples) == weights
