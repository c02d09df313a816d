import pytest

from retrieval.understand.kinds import kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thanks", "smalltalk"),
        ("thank you very much!", "smalltalk"),
        ("hi", "smalltalk"),
        ("ok great", "smalltalk"),
        ("Good morning everyone", "smalltalk"),
        ("👍", "smalltalk"),
        ("what can you do?", "smalltalk"),
        ("lol nice one", "smalltalk"),
        ("   ", "empty"),
        ("atacms range miles", "keywords"),
        ("finland parliament nato vote result", "keywords"),
        ("Poland spends 4.7% of GDP on its forces.", "claim"),
        ("Sweden was the last country to join the alliance", "claim"),
        ("What happened this week?", "digest"),
        ("what's new", "digest"),
        ("any news on Poland?", "digest"),
        ("Summarise this week's news", "digest"),
        ("What happened in Ukraine this week?", "digest"),
        ("What happened in Bucha?", "question"),
        ("How much does Poland spend on defence?", "spending"),
        ("Which allies miss the 2% target?", "spending"),
        ("compare the defence budgets of Italy and Spain", "spending"),
        ("How much did the ship cost?", "question"),
        ("Who said thanks to Trump?", "question"),
        ("Is it right that Norway pays?", "question"),
        ("The estimated cost to rebuild the bridge will be:", "question"),
        ("tell me about the drone wall", "question"),
        ("waht is baltic sentry", "question"),
    ],
)
def test_what_was_typed_is_told_by_its_form(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_a_long_run_of_talk_is_told_at_once() -> None:
    assert kind_of("k " * 60) == "smalltalk"
    assert kind_of("k" * 120 + "x") == "keywords"
