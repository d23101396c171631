from hypothesis import given
from hypothesis import strategies as st

from dragoman.engines.local.text import Text


@given(st.text(), st.integers(1, 4))
def test_characters_come_out_whole_and_all_of_them(text: str, size: int) -> None:
    raw = text.encode()
    reader = Text()
    pieces = [reader.add(raw[place : place + size]) for place in range(0, len(raw), size)]
    assert "".join(pieces) + reader.finish() == text


@given(st.binary())
def test_no_replacement_character_is_ever_written(raw: bytes) -> None:
    reader = Text()
    text = "".join(reader.add(bytes([byte])) for byte in raw) + reader.finish()
    assert text == raw.decode("utf-8", "ignore")


@given(st.text("ab "), st.lists(st.text("ab ", min_size=1, max_size=4), min_size=1, max_size=3), st.data())
def test_nothing_of_a_stop_string_is_written(text: str, stops: list[str], data: st.DataObject) -> None:
    """However the text is cut, what is written is all that stands before the first stop string to be complete."""
    reader = Text(stops)
    written, at = "", 0
    while at < len(text) and not reader.stopped:
        size = data.draw(st.integers(1, 3))
        written += reader.add_text(text[at : at + size])
        at += size
    if not reader.stopped:
        written += reader.finish()
    seen = text[:at]
    found = [seen.find(stop) for stop in stops if stop in seen]
    assert reader.stopped is bool(found)
    assert written == (seen[: min(found)] if found else text)
