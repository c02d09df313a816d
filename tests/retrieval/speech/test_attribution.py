import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.speech import Attribution, Discourse, attribution, pronoun_context, statements_by


def of(text: str, quote: str) -> tuple[str | None, str | None]:
    start = text.index(quote)
    found = attribution(text, start, start + len(quote))
    return found.speaker, found.speech


INTRO = "Defence Minister Ida Holm opened the depot with General Ruud Maas on Monday.\n"


@pytest.mark.parametrize(
    "sentence",
    [
        "“The bridge is safe,” Holm said.",
        "“The bridge is safe,” said Holm.",
        '"The bridge is safe," Holm told reporters in Narvik.',
        "“The bridge is safe,” said Defence Minister Ida Holm, who opened it.",
        "“The bridge is safe,” Holm, a former engineer, said on Monday.",
        "“The bridge is safe,” Defence Minister Ida Holm said in a statement.",
        "“The bridge is safe,” according to Holm.",
        "Holm said: “The bridge is safe and will be for years.”",
        "Holm said, “The bridge is safe and will be for years.”",
        "In Narvik, Holm told reporters: “The bridge is safe.”",
        "«The bridge is safe», Holm said.",
        "‘The bridge is safe,’ Holm said.",
        "“The bridge is safe,” Holm was quoted as saying.",
        "“The bridge is safe.” Holm said.",
        "“Is the bridge safe?” asked Holm.",
        "The minister answered at last. “The bridge is safe,” Holm said, adding that it “will last”.",
    ],
)
def test_words_in_quotation_marks_are_their_speakers(sentence: str) -> None:
    quote = sentence if "answered" not in sentence else sentence[sentence.index("“") :]
    assert of(INTRO + sentence, quote) == ("Ida Holm", "direct")


@pytest.mark.parametrize(
    "sentence",
    [
        "Holm said the bridge was safe.",
        "Holm said that the bridge was “totally safe” for lorries.",
        "According to Holm, the bridge is safe.",
        "The bridge is safe, according to Ida Holm.",
        "The bridge is safe, Holm told Harbour Times on Monday.",
        "Holm told Harbour Times that the bridge was safe.",
        "On Monday, Holm warned that the bridge was closing.",
        "Holm has repeatedly insisted the bridge is safe.",
        "Holm, speaking in Narvik, said the bridge was safe.",
        "Holm called the bridge “a marvel”.",
        "But Holm also said the bridge was safe.",
        "The bridge is a “marvel” of its age, Defence Minister Ida Holm said on Monday.",
    ],
)
def test_a_report_is_not_shown_as_the_words(sentence: str) -> None:
    assert of(INTRO + sentence, sentence) == ("Ida Holm", "reported")


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("“One is safe. Two is safe,” Holm said.", "“One is safe.", "Ida Holm"),
        ("“One is safe,” Holm said. “Two is not.”", "“Two is not.”", "Ida Holm"),
        ("“One is safe,” she said.", "“One is safe,” she said.", None),
        ("Holm spoke in Narvik. “One is safe,” she said.", "“One is safe,” she said.", "Ida Holm"),
        ("Holm said it was over. “We go home,” she added.", "“We go home,” she added.", "Ida Holm"),
        ("Holm said it was over.\n“We go home.”", "“We go home.”", "Ida Holm"),
        ("“We go home,” Holm said.\n“Nobody stays.”", "“Nobody stays.”", "Ida Holm"),
        ("“We go home.\n“Nobody stays,” Holm said.", "Nobody stays", "Ida Holm"),
        ("Holm said: “We go home.\n“Nobody stays. We mean it.\n“That is all.”", "“That is all.”", "Ida Holm"),
        ("“Nobody stays.”\nIda Holm\nThe end came.", "“Nobody stays.”", "Ida Holm"),
        ("“Nobody stays.\n“We go home.”\nIda Holm\nThe end came.", "“Nobody stays.", "Ida Holm"),
        ("“Nobody stays,” the minister said.", "“Nobody stays,” the minister said.", "Ida Holm"),
        ("“Nobody stays,” said the defence minister.", "“Nobody stays,”", "Ida Holm"),
        (
            "Holm pointed to words of General Ruud Maas, who said, “We would build it again.”",
            "“We would",
            "Ruud Maas",
        ),
        (
            "Holm said Maas had told her that all was well.",
            "Holm said Maas had told her that all was well.",
            "Ida Holm",
        ),
        ("Holm said yes, adding: “We go home.”", "“We go home.”", "Ida Holm"),
        ("“We go home,” Holm said, and Maas said: “We stay.”", "“We stay.”", "Ruud Maas"),
    ],
)
def test_speakers_are_followed_through_the_article(text: str, quote: str, speaker: str | None) -> None:
    assert of(INTRO + text, quote)[0] == speaker


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("“We go home,” Holm said. “We stay,” Maas said.", "“We go home,” Holm said. “We stay,” Maas said."),
        (
            "Holm said it was safe, but Maas said it was not.",
            "Holm said it was safe, but Maas said it was not.",
        ),
        ("Holm met Maas. “We go home,” the two said.", "“We go home,” the two said."),
        ("“We go home,” one official said.", "“We go home,” one official said."),
        ("“We go home,” a spokesman for the Harbour Authority said.", "“We go home,”"),
        ("“We go home,” officials in Norway said.", "“We go home,” officials in Norway said."),
        ("The bridge was built in 1910.", "The bridge was built in 1910."),
        ("The so-called “iron bridge” was built in 1910.", "The so-called “iron bridge” was built in 1910."),
        ("Holm did not say whether the bridge was safe.", "Holm did not say whether the bridge was safe."),
        ("Holm was told that the bridge was closed.", "Holm was told that the bridge was closed."),
        ("What Holm said was a surprise.", "What Holm said was a surprise."),
        ("Holm arrived. “We go home.”", "“We go home.”"),
        ("An adviser to President Quist said it rained.", "An adviser to President Quist said it rained."),
        ("Rain is near, according to a State Department official.", "Rain is near"),
        (
            "While the bridge is closed for now, Holm said ships may pass.",
            "While the bridge is closed for now",
        ),
        ("The bridge is old – Holm said as much in May – and loved.", "The bridge is old"),
        (
            "The terms Holm has said she may accept are few.",
            "The terms Holm has said she may accept are few.",
        ),
        (
            "Both former harbour states, Holm and Maas, are new.",
            "Both former harbour states, Holm and Maas, are new.",
        ),
        ("A senior official spoke. “We go home,” he said.", "“We go home,” he said."),
        ("“We go home,” Holm said.\n“Who pays?” a reporter asked.\n“Nobody.”", "“Nobody.”"),
    ],
)
def test_in_doubt_nobody_is_named(text: str, quote: str) -> None:
    assert of(INTRO + text, quote) == (None, None)


def test_a_name_alone_with_a_dash_is_a_reporter_unless_the_text_speaks_of_that_person() -> None:
    text = "Holm left.\n“Nobody stays here tonight.”\n– Joan Reporter"
    assert of(text, "“Nobody stays here tonight.”") == (None, None)


def test_the_surname_stands_alone_where_the_article_gives_no_more() -> None:
    assert of("“We go home,” Quist said.", "“We go home,”") == ("Quist", "direct")


def test_two_people_of_one_surname_are_not_mixed_up() -> None:
    text = "Ida Holm met Per Holm. “We go home,” Holm said. “Not yet,” Per Holm said."
    assert of(text, "“We go home,”") == ("Holm", "direct")
    assert of(text, "“Not yet,”") == ("Per Holm", "direct")


def test_a_body_can_speak() -> None:
    assert of("“It is over,” the State Department said.", "“It is over,”") == ("State Department", "direct")
    assert of("NATO said it was over.", "NATO said it was over.") == ("NATO", "reported")


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("The Institute for the Study of Harbours said it rained.", "Institute for the Study of Harbours"),
        (
            "It rained, according to the Centers for Rain and Wind Control.",
            "Centers for Rain and Wind Control",
        ),
        ("Museum Educator Mia Beech said it rained.", "Mia Beech"),
        ("House Speaker Pat Hollow, R-New Home, said it rained.", "Pat Hollow"),
        ("King Olaf said it rained.", "King Olaf"),
        ("US Ambassador to NATO Ida Holm said it rained.", "Ida Holm"),
        ("Norwegian Prime Minister Per Quist said it rained.", "Per Quist"),
        ("Ursula von der Heide said it rained.", "Ursula von der Heide"),
        ("FireBell, a company that watches storms, told Harbour Times that it rained.", "FireBell"),
        ("Rain fell. When Quist met Ida Holm on Monday, he said it rained.", "Quist"),
        ("Ida Holm spoke. Without mentioning Per Quist, she said it rained.", "Ida Holm"),
    ],
)
def test_names_are_as_the_article_gives_them_without_offices(sentence: str, speaker: str) -> None:
    quote = sentence.split(". ")[-1]
    assert of(sentence, quote)[0] == speaker


def test_a_byline_that_runs_into_the_sentence_is_no_part_of_the_name() -> None:
    text = (
        "Per Quist came home. Joan Reporter wrote this page on Monday.\nJoan Reporter Quist said it rained."
    )
    assert of(text, "Joan Reporter Quist said it rained.")[0] == "Per Quist"


def test_the_evidence_stands_in_the_text() -> None:
    text = INTRO + "“The bridge is safe,” Holm said."
    start = text.index("“")
    found = attribution(text, start, len(text))
    assert found.evidence is not None
    assert text[slice(*found.evidence)] == "Holm said"
    assert found.cue == "said"


@pytest.mark.parametrize(
    ("text", "quote", "note"),
    [
        ("Ida Holm came. She said it was over.", "She said it was over.", "“She” is Ida Holm"),
        ("Mr. Maas and Ruud Maas are one. Maas rejected it. He left.", "He left.", "“He” is Ruud Maas"),
        ("Ida Holm met Ruud Maas and Per Quist. They talked. He left.", "He left.", None),
        ("Ida Holm came. It was late.", "It was late.", None),
        ("Ida Holm came. Ida Holm said she was late.", "Ida Holm said she was late.", None),
        (
            "Defence Minister Ida Holm came. The minister left.",
            "The minister left.",
            "“The minister” is Ida Holm",
        ),
        (
            "Holm criticised President Per Quist, Ida Holm’s rival.\n“He has no say in this,” Ida Holm said.",
            "“He has no say in this,”",
            "“He” is Per Quist",
        ),
    ],
)
def test_a_pronoun_is_explained_only_where_the_article_leaves_no_doubt(
    text: str, quote: str, note: str | None
) -> None:
    start = text.rindex(quote)
    assert pronoun_context(text, start, start + len(quote)) == note


def test_what_somebody_said_is_found_whole() -> None:
    text = INTRO + (
        "“The bridge is safe for lorries. It will last,” Holm said. Maas disagreed.\n"
        "“It is not,” he said.\nThe weather was fine.\nA visitor said on Tuesday that Holm was right."
    )
    said = [text[start:end] for start, end in statements_by(text, "Ida Holm")]
    assert said == ["“The bridge is safe for lorries.", "It will last,” Holm said."]
    assert [text[a:b] for a, b in statements_by(text, "Holm")] == said
    assert statements_by(text, "Quist") == []


PIECES = st.sampled_from(
    ["“", "”", '"', "‘", "’", "Holm", "said", ",", ".", "He", "the minister", "\n", " ", "Ida Holm", "who",
     "told", "according to", "saying", "—", "and", "?", "U.S.", "von", "NATO", "\ue000", "İ", "’s"]
)  # fmt: skip


TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map(" ".join))


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_no_text_is_too_strange(text: str, start: int, length: int) -> None:
    discourse = Discourse(text)
    found = discourse.attribution(start, start + length)
    assert (found.speaker is None) == (found.speech is None) == (found == Attribution())
    if found.speaker:
        assert found.speaker in text
    discourse.pronoun_context(start, start + length)
    for first, last in discourse.statements_by("Holm"):
        assert 0 <= first < last <= len(text)
