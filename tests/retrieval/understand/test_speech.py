from datetime import date

import pytest

from retrieval.understand import understand
from retrieval.understand.publishers import outlets_in
from retrieval.understand.speech import speech_in

TODAY = date(2025, 9, 17)


@pytest.mark.parametrize(
    ("question", "speaker", "act"),
    [
        ("What did Mark Rutte say about Ukraine?", "Mark Rutte", "say"),
        ("How did Scholz characterise the draft?", "Scholz", "describe"),
        ("What reason did Peskov give for the change?", "Peskov", "explain"),
        ("How big a force does retired general Repass think is needed?", "Repass", "think"),
        ("What has Kallas been saying about Georgia?", "Kallas", "say"),
        (
            "What did the deputy national security adviser point to?",
            "deputy national security adviser",
            "comment",
        ),
        ("Why does Orban reject the loan?", "Orban", "deny"),
        ("What is Erdogan's position on Sweden?", "Erdogan", "think"),
        ("What was the reaction of Lithuania?", "Lithuania", "respond"),
        ("any comments from Macron on troops?", "Macron", "comment"),
        ("Compare what Rutte said in April and in June", "Rutte", "say"),
        ("What share does Poland spend, according to Rutte's Warsaw lecture?", "Rutte", "say"),
        ("What will be provided according to Rutte at The Hague?", "Rutte", "say"),
        ("What was said by Zelensky in Berlin?", "Zelensky", "say"),
        ("waht did putin say abt it", "putin", "say"),
        ("What did Rutte and Trump say about each other?", "Rutte and Trump", "say"),
        ("Who said that Europe must wake up?", None, "say"),
        ("Which minister has warned of an attack?", None, "warn"),
    ],
)
def test_whose_words_are_asked_for(question: str, speaker: str | None, act: str) -> None:
    speech = speech_in(question)
    assert (speech.speaker, speech.act) == (speaker, act)


@pytest.mark.parametrize(
    "question",
    [
        "When did the Baltic states formally leave the treaty?",
        "When is the replacement now expected?",
        "Which team did the club beat?",
        "How many steps per day reduce the risk, according to new research?",
        "According to a new poll, who is most popular?",
        "What did he say?",
        "Which ranking did Delaware State University achieve?",
        "What was praised?",
    ],
)
def test_a_question_about_nobodys_words_has_no_speaker(question: str) -> None:
    assert speech_in(question).speaker is None


def test_words_that_are_asked_for_differ_from_words_relied_on() -> None:
    assert speech_in("What did Rutte say?").words_asked
    assert not speech_in("How many tanks are there, according to Rutte?").words_asked


def test_an_answer_to_what_somebody_said_is_a_statement() -> None:
    assert understand("What did Rutte say about drones?", as_of=TODAY).wants == "statement"
    assert understand("How did Rutte describe the summit?", as_of=TODAY).wants == "statement"
    assert understand("How many tanks did Rutte say are needed?", as_of=TODAY).wants == "number"
    assert understand("Why does Rutte say Europe matters?", as_of=TODAY).wants == "reason"


KNOWN = ["www.cnn.com", "usatoday.com", "www.theweek.co.uk", "Reuters", "Baltic Review"]


@pytest.mark.parametrize(
    ("question", "publishers", "source"),
    [
        ("According to Reuters, who leads the mission?", ("Reuters",), "Reuters"),
        ("What does CNN report about Kaliningrad?", ("www.cnn.com",), "CNN"),
        ("What did USA Today write about the vote?", ("usatoday.com",), "USA TODAY"),
        ("What was reported in The Week?", ("www.theweek.co.uk",), "The Week"),
        ("Any articles in the Baltic Review on cables?", ("Baltic Review",), "Baltic Review"),
        ("According to the BBC, what kind of army is needed?", (), "BBC"),
        ("What did Starmer tell the BBC about the blockade?", (), "BBC"),
        ("In the Guardian, what was said of Rutte?", (), "The Guardian"),
        ("What did Pistorius tell Der Spiegel?", (), "Der Spiegel"),
        ("How many people did CNN lay off?", (), None),
        ("What happened in the week of 5 May?", (), None),
        ("Which economist spoke in Vilnius?", (), None),
        ("Who is in charge of the BBC?", (), None),
        ("When did the guardian ship sail?", (), None),
    ],
)
def test_the_outlets_asked_for_are_the_collections_own_names(
    question: str, publishers: tuple[str, ...], source: str | None
) -> None:
    outlets = outlets_in(question, known=KNOWN)
    assert (outlets.known, outlets.source) == (publishers, source)


def test_a_known_outlet_is_left_out_of_the_search_and_is_no_speaker() -> None:
    query = understand("According to Reuters, how many ships sailed?", as_of=TODAY, publishers=KNOWN)
    assert query.search_text == "how many ships sailed?"
    assert query.speaker is None


def test_an_outlet_that_is_only_quoted_stays_in_the_search() -> None:
    query = understand("According to the BBC, how many ships sailed?", as_of=TODAY, publishers=KNOWN)
    assert "BBC" in query.search_text
