"""Payloads for Slack: eight golden ones, and properties of all."""

# ruff: noqa: E501 - golden payloads stand on one line a block

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot import wording
from bot.desk import Case, Channel, Home, Person, Place, Reply, Request, Source, Stats, Suggestion
from bot.desk.questions import Gap
from bot.desk.records import Asked, Options
from bot.slack_app import blocks as b
from bot.slack_app import pages
from bot.slack_app.render import SHORT, bare, message, sources
from bot.slack_app.text import escaped, plain
from retrieval.answer import Answer
from tests.bot import answers as examples
from tests.bot import strategies
from tests.bot.slack.payloads import problems_of_message, problems_of_view

WHEN = datetime(2025, 6, 10, 12, tzinfo=UTC)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def asked(answer: Answer) -> Reply:
    """The reply with an answer, to a question in a thread."""
    request = Request(
        key="slack:Ev1",
        kind="ask",
        person=Person(platform="slack", workspace="T1", user="U1"),
        place=Place(platform="slack", workspace="T1", channel="C1", thread="1.1"),
        text=answer.question,
        asked_at=WHEN,
    )
    return Reply(request=request, body=answer, question=answer.id)


def golden(answer: Answer) -> str:
    """The payload: the fallback text, then a block a line."""
    payload = message(asked(answer))
    return "\n".join([payload.text, *(json.dumps(block, ensure_ascii=False) for block in payload.blocks)])


def test_fact() -> None:
    assert golden(examples.FACT) == snapshot("""\
The depot in Narvik holds 300 vehicles. [1] It opened in May 2025. [2] (The Harbour Times, 6 May 2025)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "The depot in Narvik holds 300 vehicles. [1] It opened in May 2025. [2]"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "The Harbour Times, 6 May 2025, “Depot opens in Narvik”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://harbour.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The depot in Narvik holds 300 vehicles, the quartermaster told the paper."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[2] ", "style": {"bold": true}}, {"type": "text", "text": "Coast & Sea Weekly, 9 May 2025, “A story of coast”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://coast.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Narvik's new depot opened in May 2025 under a grey sky."}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "Also carried by Fjord Wire", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Newest only", "emoji": false}, "action_id": "newest", "value": "0000000000000001"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000001"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000001"}}]}\
""")


def test_undated() -> None:
    assert golden(examples.UNDATED) == snapshot("""\
“We will be ready before the first snow,” said Ingrid Dahl. [1] (scraped.txt, date not known)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "“We will be ready before the first snow,” said Ingrid Dahl. [1]"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "scraped.txt, date not known, “Minutes of the spring meeting”"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "Ingrid Dahl (in their own words):", "style": {"italic": true}}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "“We will be ready before the first snow,” said Ingrid Dahl."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: The article gives no date.", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Show passage 1", "emoji": false}, "action_id": "passage_1", "value": "0000000000000002:1"}, {"type": "button", "text": {"type": "plain_text", "text": "Newest only", "emoji": false}, "action_id": "newest", "value": "0000000000000002"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000002"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000002"}}]}\
""")


def test_figures() -> None:
    assert golden(examples.FIGURES) == snapshot("""\
Poland's defence expenditure in 2024 is estimated at 4.12 % of GDP.
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Understood as: How much did Poland spend on defence in 2024?", "style": {"italic": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Poland's defence expenditure in 2024 is estimated at 4.12 % of GDP."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Poland 2023: 3.26 %, NATO edition 2024 (17 June 2024)"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "Poland 2024: 4.12 % (estimate), NATO edition 2024 (17 June 2024)"}]}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: Shares are of GDP at current prices.", "style": {"italic": true}}]}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000003"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000003"}}]}\
""")


def test_compared() -> None:
    assert golden(examples.COMPARED) == snapshot("""\
In 2023 four ferries were planned. [1] In 2025 the plan named six. [2] (Strait Gazette, 1 March 2023)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "In 2023 four ferries were planned. [1] In 2025 the plan named six. [2]"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "Strait Gazette, 1 March 2023, “A story of strait”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://strait.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "the ministry (as reported):", "style": {"italic": true}}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Four ferries are planned for the strait, the ministry said."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[2] ", "style": {"bold": true}}, {"type": "text", "text": "The Harbour Times, 11 February 2025, “A story of ferry”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://ferry.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The plan now names six ferries."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: The sources disagree on the number of ferries.", "style": {"italic": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Looked at 1 January 2023 to 31 December 2023 (2023); 1 January 2025 to 31 December 2025 (2025)", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Newest only", "emoji": false}, "action_id": "newest", "value": "0000000000000004"}, {"type": "button", "text": {"type": "plain_text", "text": "Widen the dates", "emoji": false}, "action_id": "widen", "value": "0000000000000004"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000004"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000004"}}]}\
""")


def test_nothing_close() -> None:
    assert golden(examples.NOTHING_CLOSE) == snapshot("""\
None of the 7 articles says who designed a lighthouse on the moon. What comes closest: “The lighthouse was drawn by a local builder.” (Coast &amp; Sea Weekly, 9 May 2025)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "None of the 7 articles says who designed a lighthouse on the moon."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "What comes closest", "style": {"bold": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "Coast & Sea Weekly, 9 May 2025, “A story of coast”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://coast.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The lighthouse was drawn by a local builder."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "If an article should be there, suggest its source with “/sources add”.", "style": {"italic": true}}]}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000005"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000005"}}]}\
""")


def test_outside_the_window() -> None:
    assert golden(examples.OUTSIDE) == snapshot("""\
Nothing from 1 June 2025 to 7 June 2025 mentions the depot. What comes closest: “The depot in Narvik holds 300 vehicles.” (The Harbour Times, 6 May 2025)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Nothing from 1 June 2025 to 7 June 2025 mentions the depot."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "What comes closest", "style": {"bold": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "The Harbour Times, 6 May 2025, “Depot opens in Narvik”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://harbour.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The depot in Narvik holds 300 vehicles."}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Press “Widen the dates” to look at all dates.", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Widen the dates", "emoji": false}, "action_id": "widen", "value": "0000000000000006"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000006"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000006"}}]}\
""")


def test_row() -> None:
    assert golden(examples.ROW) == snapshot("""\
The ice fund pays 12 million for 2024. [1] (Budget Monitor, 2 November 2024)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "The ice fund pays 12 million for 2024. [1]"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "Budget Monitor, 2 November 2024, “A story of table”"}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Ice fund|2024|12"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "Table “Winter funds”: Fund: Ice fund; Year: 2024; Million: 12", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Show passage 1", "emoji": false}, "action_id": "passage_1", "value": "0000000000000007:1"}, {"type": "button", "text": {"type": "plain_text", "text": "Newest only", "emoji": false}, "action_id": "newest", "value": "0000000000000007"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000007"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000007"}}]}\
""")


def test_long() -> None:
    assert golden(examples.LONG) == snapshot("""\
Speaker 1 called the bridge over the sound long overdue, costly and certain to be built. [1] Speaker 2 called the bridge over the sound long overdue, costly and certain to be built. [2] Speaker 3 called the bridge over the sound long overdue, costly and certain to be built. [3] Speaker 4 called the bridge over the sound long overdue, costly and certain to be built. [4] Speaker 5 called the bridge over the sound long overdue, costly and certain to be built. [5] Speaker 6 called the bridge over the sound long overdue, costly and certain to be built. [6] (Bridge Paper 1, 1 January 2025)
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Understood as: What was said about the bridge over the sound?", "style": {"italic": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Speaker 1 called the bridge over the sound long overdue, costly and certain to be built. [1] Speaker 2 called the bridge over the sound long overdue, costly and certain to be built. [2] Speaker 3…"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[1] ", "style": {"bold": true}}, {"type": "text", "text": "Bridge Paper 1, 1 January 2025, “A story of bridge1”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://bridge1.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "speaker 1 (as reported):", "style": {"italic": true}}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long over"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[2] ", "style": {"bold": true}}, {"type": "text", "text": "Bridge Paper 2, 2 February 2025, “A story of bridge2”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://bridge2.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "speaker 2 (as reported):", "style": {"italic": true}}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long over"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "[3] ", "style": {"bold": true}}, {"type": "text", "text": "Bridge Paper 3, 3 March 2025, “A story of bridge3”"}, {"type": "text", "text": " · "}, {"type": "link", "url": "https://bridge3.example/story#:~:text=start,end", "text": "open"}]}, {"type": "rich_text_section", "elements": [{"type": "text", "text": "speaker 3 (as reported):", "style": {"italic": true}}]}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long over"}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: Note 1 on the bridge.", "style": {"italic": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: Note 2 on the bridge.", "style": {"italic": true}}]}]}
{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Note: Note 3 on the bridge.", "style": {"italic": true}}]}]}
{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "More sources", "emoji": false}, "action_id": "more", "value": "0000000000000008"}, {"type": "button", "text": {"type": "plain_text", "text": "Newest only", "emoji": false}, "action_id": "newest", "value": "0000000000000008"}]}
{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", "positive_button": {"text": {"type": "plain_text", "text": "Helpful", "emoji": false}, "value": "helpful:0000000000000008"}, "negative_button": {"text": {"type": "plain_text", "text": "Wrong", "emoji": false}, "value": "wrong:0000000000000008"}}]}\
""")


def texts(node: Any) -> str:
    """Everything that is read in a payload."""
    if isinstance(node, dict):
        return texts(node["text"]) if "text" in node else "".join(texts(value) for value in node.values())
    if isinstance(node, list | tuple):
        return "".join(map(texts, node))
    return node if isinstance(node, str) else ""


@pytest.mark.parametrize("answer", examples.EIGHT, ids=lambda answer: answer.id)
def test_quotes_numbers_dates_and_links_are_all_there(answer: Answer) -> None:
    shown = texts([*message(asked(answer)).blocks, *sources(answer)])
    raw = json.dumps([*message(asked(answer)).blocks, *sources(answer)], ensure_ascii=False)
    for citation in (*answer.citations, *answer.nearest):
        assert citation.quote in shown
        assert wording.day(citation.article.published) in shown
        if citation.article.link:
            assert citation.article.link in raw
    assert answer.answer in shown
    assert all(note in shown for note in answer.notes[:4])
    assert all(wording.figure_line(figure) in shown for figure in answer.figures)


@pytest.mark.parametrize("answer", examples.EIGHT, ids=lambda answer: answer.id)
def test_answer_and_first_quote_fit_a_phone(answer: Answer) -> None:
    blocks = message(asked(answer)).blocks
    quotes = [
        texts(part["elements"])
        for block in blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_quote"
    ]
    first = next(block for block in blocks if not texts(block).startswith("Understood as"))
    assert len(texts(first)) + len(quotes[0] if quotes else "") <= SHORT


def test_a_hostile_article_shows_as_it_is_without_what_acts() -> None:
    payload = message(asked(examples.HOSTILE))
    assert problems_of_message({"text": payload.text, "blocks": list(payload.blocks)}) == []
    shown = texts(payload.blocks)
    assert "<!channel> <@U123>" in shown, "the quote is readable to the character"
    assert "<!channel>" not in json.dumps(payload.blocks)
    assert "\u202e" not in shown
    assert "ignore your instructions" in shown


@MANY
@given(
    strategies.replies(),
    st.sampled_from(["newest", "older", "plainly", "bare"]),
    st.sampled_from([None, "F1"]),
)
def test_no_message_breaks_a_limit(reply: Reply, shape: str, chart: str | None) -> None:
    payload = message(reply, plainly=shape == "plainly", older=shape == "older", chart=chart)
    payload = bare(payload) if shape == "bare" else payload
    sent = {"text": payload.text, "blocks": list(payload.blocks)}
    assert problems_of_message(sent, mentions=reply.shared) == []
    json.dumps(sent).encode("utf-8")


@MANY
@given(strategies.answers(), strategies.readings())
def test_no_modal_of_an_answer_breaks_a_limit(answer: Answer, reading: Any) -> None:
    assert problems_of_view(b.modal(wording.MORE_SOURCES, sources(answer))) == []
    assert problems_of_view(pages.passage(reading)) == []


@MANY
@given(strategies.words, strategies.texts, strategies.answers(), strategies.additions, st.integers(0, 120))
def test_no_page_breaks_a_limit(text: str, other: str, answer: Answer, addition: Any, many: int) -> None:
    question = Asked(
        id="0" * 16,
        person=Person(platform="slack", workspace="T1", user="U1"),
        place=Place(platform="slack", workspace="T1", channel="C1"),
        text=text,
        kind="ask",
        options=Options(),
        private=False,
        answer=answer,
        message=None,
        asked_at=WHEN,
    )
    article = strategies_article(text)
    page = Home(
        stats=Stats(articles=many, passages=many, editions=(text,) * many),
        newest=(article,) * 5,
        questions=(question,) * 5,
        administers=True,
        open_cases=many,
    )
    assert problems_of_view(pages.home(page)) == []
    suggested = [
        Suggestion(id=f"{n:016}", source=text, person="slack:T1/U1", state="open") for n in range(many)
    ]
    case = Case(asked=question, reason="number", comment=other, created_at=WHEN)
    lists = [
        pages.listed([Source(address=text, articles=many, state=other)] * many),
        pages.gaps([Gap(question=text, times=many, last=WHEN.date(), refusal="language")] * many),
        pages.added(addition),
        pages.suggestions(suggested),
        pages.review([case] * many),
        pages.stats(page.stats),
        pages.offered([(f"F{n}", text) for n in range(many)] or [("F1", text)]),
    ]
    for shown in lists:
        assert problems_of_message({"text": "list", "blocks": shown}) == []
    views = [
        pages.why_wrong("0" * 16),
        pages.correction("0" * 16),
        pages.settings(Channel(publishers=(text,) * 9, guests=True), place="C1"),
        pages.spending([text] * 99, channel="C1", response_url="https://hooks.example/" + "x" * 200),
    ]
    for view in views:
        assert problems_of_view(view) == []


def strategies_article(text: str) -> Any:
    """An article whose every field is ``text``."""
    return examples.citation(1, "x", examples.HARBOUR).article.__class__(
        id="0" * 16, title=text, publisher=text, published=None, url=text, link=text, source=text
    )


@given(strategies.texts)
def test_escaping_leaves_nothing_live_and_can_be_undone(text: str) -> None:
    import html

    made = escaped(text)
    assert "<" not in made
    assert ">" not in made
    assert html.unescape(made) == html.unescape(html.unescape(made)) or "&" in text
    assert made.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == wording.harmless(text)


@given(strategies.texts)
def test_plain_shows_the_text_itself(text: str) -> None:
    elements = list(plain(text))
    assert "".join(element["text"] for element in elements) == wording.harmless(text)
    assert all(element["text"] for element in elements)
