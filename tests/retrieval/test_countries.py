import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.countries import (
    ALLIES,
    EUROPE_AND_CANADA,
    NATO_TOTAL,
    aggregates_in,
    allies,
    countries_in,
    country,
    find_aggregate,
    find_country,
    is_ally,
    nearest_names,
)


def codes(text: str, *, typos: bool = False, capitals: bool = False) -> list[str | None]:
    return [mention.iso3 for mention in countries_in(text, typos=typos, capitals=capitals)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How much does the UK spend?", ["GBR"]),
        ("Britain and the U.S. disagree", ["GBR", "USA"]),
        ("Türkiye, Turkey, Turkiye", ["TUR", "TUR", "TUR"]),
        ("What do the Dutch pay, and Holland?", ["NLD", "NLD"]),
        ("🇵🇱 vs 🇩🇪 or :flag-fr: or :flag_it:", ["POL", "DEU", "FRA", "ITA"]),
        ("South Korea, North Korea and Korea", ["KOR", "PRK", "KOR"]),
        ("Bosnia and Herzegovina joined North Macedonia", ["BIH", "MKD"]),
        ("Deutschland, Польща, Norvège, Países Bajos", ["DEU", "POL", "NOR", "NLD"]),
        ("the Poles, a Swede and three Finns", ["POL", "SWE", "FIN"]),
        ("polish defence spending", ["POL"]),
        ("We need to polish the report on Latvia", ["LVA"]),
        ("Latin American officials in Northern Ireland", []),
        ("Europe and Canada together", []),
        ("tell us about it, and let us know", []),
        ("what does the us spend", ["USA"]),
        ("16 GB of memory", []),
        ("in US dollars and Canadian dollars, or US$ 5", []),
        ("the South China Sea and China", ["CHN"]),
        ("Slovak Republic, Slovenia", ["SVK", "SVN"]),
    ],
)
def test_countries_are_found_by_any_name_and_not_where_only_the_letters_agree(
    text: str, expected: list[str]
) -> None:
    assert codes(text) == expected


def test_a_mention_says_where_it_stands() -> None:
    text = "Did the U.S. spend more?"
    (mention,) = countries_in(text)
    assert text[mention.start : mention.end] == "U.S."
    assert mention.name == "United States"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How much does Germny spend", ["DEU"]),
        ("Lithunia's budget", ["LTU"]),
        ("polnd vs estonai", ["POL", "EST"]),
        ("Untied", []),
        ("did they finish the inland island trench", []),
        ("green sedans in the turnkey chain", []),
    ],
)
def test_typing_errors_are_taken_only_where_asked_for(text: str, expected: list[str]) -> None:
    assert codes(text) == []
    assert codes(text, typos=True) == expected


def test_a_capital_means_its_state_but_a_summit_there_does_not() -> None:
    assert codes("Warsaw spends more than Berlin", capitals=True) == ["POL", "DEU"]
    assert codes("Warsaw spends more than Berlin") == []
    assert codes("the Vilnius summit and the Madrid declaration", capitals=True) == []


def test_aggregates() -> None:
    def names(text: str) -> list[str]:
        return [mention.name for mention in aggregates_in(text)]

    assert names("How much does NATO spend?") == [NATO_TOTAL]
    assert names("European allies and Canada") == [EUROPE_AND_CANADA]
    assert names("NATO Europe and Canada, and NATO total") == [EUROPE_AND_CANADA, NATO_TOTAL]
    assert names("which NATO allies reach 2 %") == [ALLIES]
    assert names("which NATO countries") == [ALLIES]
    assert names("Poland") == []
    assert find_aggregate("NATO") == NATO_TOTAL
    assert find_aggregate("Europe and Canada") == EUROPE_AND_CANADA
    assert find_aggregate("allies") == ALLIES
    assert find_aggregate("Poland in NATO as of today") is None


def test_there_are_32_allies_and_31_before_sweden() -> None:
    assert len(allies()) == 32
    assert len(allies(2023)) == 31
    assert is_ally("SWE", 2024)
    assert not is_ally("SWE", 2023)
    assert not is_ally("AUT")


def test_codes_and_flags_name_a_country() -> None:
    assert find_country("pol") == find_country("PL") == find_country("🇵🇱") == country("POL")
    assert find_country("Atlantis") is None
    assert country("POL").flag == "🇵🇱"


def test_a_misspelt_name_gets_the_nearest() -> None:
    assert nearest_names("polnad")[0] == "Poland"
    assert "Slovakia" in nearest_names("Slovaka")
    assert nearest_names("qqqqzzzz") == ()


def test_every_code_is_one_of_iso_3166() -> None:
    for row in (find_country(each.alpha_3) for each in pycountry.countries):
        if row is not None:
            official = pycountry.countries.get(alpha_3=row.iso3)
            assert official is not None
            assert official.alpha_2 == row.iso2
            assert find_country(row.name) == row


@given(st.text())
def test_any_text_is_read_and_every_mention_lies_in_it(text: str) -> None:
    for mention in countries_in(text, typos=True, capitals=True) + aggregates_in(text):
        assert 0 <= mention.start < mention.end <= len(text)
