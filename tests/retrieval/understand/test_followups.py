from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.understand import Turn, understand

TODAY = date(2026, 8, 1)

# Each conversation: questions with the answer that was given, and how each was understood.
CONVERSATIONS = {
    "spending": [
        (
            "How much did Poland spend on defence in 2025?",
            "Poland spent 4.25 per cent of its GDP. [1]",
            "How much did Poland spend on defence in 2025?",
        ),
        ("And Germany?", "Germany spent 2.4 per cent. [1]", "How much did Germany spend on defence in 2025?"),
        ("and in 2024?", "2.00 per cent. [1]", "How much did Germany spend on defence in 2024?"),
    ],
    "spain": [
        (
            "Did Spain agree to the 3.5% target?",
            "Spain did not agree to it. [1]",
            "Did Spain agree to the 3.5% target?",
        ),
        ("why not?", "Sánchez called 2.1 per cent enough. [1]", "Why didn't Spain agree to the 3.5% target?"),
        (
            "What did Rutte say about it?",
            "Rutte was convinced of 3.5 per cent. [1]",
            "What did Rutte say about the 3.5% target?",
        ),
    ],
    "succession": [
        (
            "When did Mark Rutte become secretary general?",
            "He took office on 1 October 2024. [1]",
            "When did Mark Rutte become secretary general?",
        ),
        ("Whom did he succeed?", "He succeeded Jens Stoltenberg. [1]", "Whom did Mark Rutte succeed?"),
        ("And Stoltenberg?", "Anders Fogh Rasmussen. [1]", "Whom did Stoltenberg succeed?"),
    ],
    "speaker": [
        (
            "What did Rubio say about NATO?",
            "“The United States is active.” [1]",
            "What did Rubio say about NATO?",
        ),
        ("And about Ukraine?", "Nothing more. [1]", "What did Rubio say about Ukraine?"),
        ("What did he say in June?", "Little. [1]", "What did Rubio say in June?"),
    ],
    "place": [
        (
            "Where is the headquarters of NSATU?",
            "It stands in Wiesbaden. [1]",
            "Where is the headquarters of NSATU?",
        ),
        ("Who runs it?", "A general. [1]", "Who runs the headquarters?"),
        ("How many people work there?", "Some 700. [1]", "How many people work at NSATU?"),
    ],
    "two countries": [
        (
            "When did Finland and Sweden apply to join NATO?",
            "In May 2022. [1]",
            "When did Finland and Sweden apply to join NATO?",
        ),
        ("Why did they apply?", "Because of the war. [1]", "Why did Finland and Sweden apply?"),
        (
            "What did Erdogan demand of them?",
            "An end to arms embargoes. [1]",
            "What did Erdogan demand of Finland and Sweden?",
        ),
    ],
    "sources": [
        (
            "How many drones crossed into Poland on 10 September 2025?",
            "Nineteen drones crossed the border. [1]",
            "How many drones crossed into Poland on 10 September 2025?",
        ),
        (
            "who said that?",
            "Tusk said so. [1]",
            "Who said “Nineteen drones crossed the border”?",
        ),
        ("is that right?", "Yes. [1]", "Is it right that Tusk said so?"),
    ],
    "budget": [
        ("What is Italy's defence budget?", "31 billion euros. [1]", "What is Italy's defence budget?"),
        ("What about the Netherlands?", "26 billion. [1]", "What is the Netherlands’ defence budget?"),
        ("last year?", "22 billion. [1]", "What was the Netherlands’ defence budget last year?"),
    ],
    "summit": [
        (
            "What was agreed at the Hague summit?",
            "Five per cent. [1]",
            "What was agreed at the Hague summit?",
        ),
        ("What did Trump say there?", "“I stand with it.” [1]", "What did Trump say at the Hague summit?"),
        ("And at the Ankara summit?", "More deals. [1]", "What did Trump say at the Ankara summit?"),
    ],
    "troops": [
        (
            "How many German troops are stationed in Lithuania?",
            "About 1,800. [1]",
            "How many German troops are stationed in Lithuania?",
        ),
        ("Which brigade leads them?", "The 45th. [1]", "Which brigade leads the German troops?"),
        ("how many tanks are there?", "Over 100. [1]", "How many tanks are there in Lithuania?"),
    ],
}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_follow_up_is_understood_as_a_whole_question(conversation: list[tuple[str, str, str]]) -> None:
    turns: list[Turn] = []
    for question, answer, expected in conversation:
        query = understand(question, as_of=TODAY, turns=turns)
        assert query.understood == expected
        assert query.question == question
        assert query.follow_up == (expected != question)
        turns.append(Turn(question=question, understood=query.understood, answer_text=answer))


SAID = Turn(
    question="What did Rutte say about Ukraine?",
    understood="What did Rutte say about Ukraine?",
    answer_text="“Ukraine will be a member,” Rutte said. [1]",
    speakers=("Mark Rutte",),
)


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("why?", "Why did Rutte say that about Ukraine?"),
        ("more", "What else did Rutte say about Ukraine?"),
        ("who said that?", "Who said “Ukraine will be a member”?"),
        ("And Stoltenberg?", "What did Stoltenberg say about Ukraine?"),
        ("and what did Macron say?", "What did Macron say about Ukraine?"),
        ("thanks, and in 2023?", "What did Rutte say about Ukraine in 2023?"),
        ("How did Putin respond?", "How did Putin respond to Ukraine?"),
        ("Does she agree?", "Does Rutte agree?"),
    ],
)
def test_a_question_that_leans_on_what_somebody_said(question: str, understood: str) -> None:
    assert understand(question, as_of=TODAY, turns=[SAID]).understood == understood


@pytest.mark.parametrize(
    "question",
    [
        "Which actor said she was angered by the advert?",
        "What does it cost to run NATO itself this year?",
        "Who is NATO's secretary general?",
        "Is it true that Sweden joined in 2024?",
        "Did Germany keep its promise?",
        "Is there a plan for the drone wall?",
        "atacms range miles",
        "Where had the unit that showed up in Belarus come from?",
        "Tusk was in Vilnius. What did he promise the Lithuanians there about the border and the new bridge?",
        "How long does it take to ratify a treaty?",
        "Which countries say they will meet the target?",
        "What did that half-year review of American forces recommend?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    query = understand(question, as_of=TODAY, turns=[SAID])
    assert query.understood == question
    assert not query.follow_up


def test_thanks_in_between_are_passed_over() -> None:
    thanks = Turn(question="Thanks!", understood="Thanks!")
    query = understand("And Stoltenberg?", as_of=TODAY, turns=[SAID, thanks])
    assert query.understood == "What did Stoltenberg say about Ukraine?"


def test_the_name_before_a_quote_is_no_part_of_what_was_said() -> None:
    turn = Turn(
        question="Will it grow?",
        understood="Will the force grow?",
        answer_text="Mark Rutte: It will grow. [1]",
    )
    assert (
        understand("is that true?", as_of=TODAY, turns=[turn]).understood == "Is it right that it will grow?"
    )


def test_thanks_stay_thanks_in_a_conversation() -> None:
    query = understand("Thanks a lot!", as_of=TODAY, turns=[SAID])
    assert query.kind == "smalltalk"
    assert query.search_text == ""


def test_nothing_is_resolved_without_a_conversation() -> None:
    assert understand("And France?", as_of=TODAY).understood == "And France?"


WORDS = (
    "and what about he she it they them there that this why who said his its France 2023 more ? the in did"
)


@given(
    question=st.one_of(
        st.text(max_size=60), st.lists(st.sampled_from(WORDS.split()), max_size=8).map(" ".join)
    ),
    understood=st.text(max_size=60),
    answer=st.text(max_size=60),
)
def test_any_conversation_can_be_read(question: str, understood: str, answer: str) -> None:
    turn = Turn(question="?", understood=understood, answer_text=answer)
    assert bool(understand(question, as_of=TODAY, turns=[turn]).understood) == bool(question.strip())
