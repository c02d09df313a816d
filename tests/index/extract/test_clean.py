import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.extract.clean import clean_characters, clean_line, clean_lines, join_lines


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("1\u00a0200\u202fmen\tcame", "1 200 men came"),
        ("\ufeffun\u00adseen\u200b \u202amarks\u202c\x00\x07", "unseen marks"),
        ("\x93open\x94 \x96 the road", "“open” – the road"),
        ("👩\u200d🚒 in می\u200cخواهم", "👩\u200d🚒 in می\u200cخواهم"),
        ("Ke\u200dep wo\u200crds", "Keep words"),
        ("e\u0301 stays as it is", "e\u0301 stays as it is"),
        ("lone \ud83d surrogate", "lone  surrogate"),
    ],
)
def test_characters_that_mislead_are_gone_and_others_stay(raw: str, clean: str) -> None:
    assert clean_characters(raw) == clean


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_is_cleaning_once_and_can_be_stored(text: str) -> None:
    once = clean_characters(text)
    assert clean_characters(once) == once
    assert "\x00" not in once.encode().decode()


def test_lines_are_tidied_and_runs_of_blank_ones_collapse() -> None:
    assert join_lines(clean_lines("\n\n a  b \n\n\n\nc\n \n")) == "a b\n\nc"
    assert clean_line(" a\n b ") == "a b"
