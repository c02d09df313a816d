"""Payloads for Discord: eight golden ones, and properties of all."""

# ruff: noqa: E501 - golden payloads stand on one line an embed

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot import wording
from bot.desk import (
    Case,
    Channel,
    Home,
    Person,
    Place,
    Reply,
    Request,
    Source,
    SpendingReport,
    Stats,
    Suggestion,
    Words,
)
from bot.desk.questions import Gap
from bot.desk.records import Asked, Options
from bot.discord_app import pages
from bot.discord_app.embeds import Payload, custom_id, pressed
from bot.discord_app.render import message, page
from bot.discord_app.render import pages as pages_of
from bot.discord_app.text import shown
from retrieval.answer import Answer
from tests.bot import answers as examples
from tests.bot import strategies
from tests.bot.discord.payloads import live, markdown, problems_of_message, texts, wire

WHEN = datetime(2025, 6, 10, 12, tzinfo=UTC)
MANY = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def asked(answer: Answer, *, said_in: str = "77", private: bool = False) -> Reply:
    """The reply with an answer, to a question in a channel; without ``said_in`` to a command."""
    request = Request(
        key="discord:77",
        kind="ask",
        person=Person(platform="discord", user="42"),
        place=Place(platform="discord", workspace="1", channel="2", thread="77"),
        text=answer.question,
        asked_at=WHEN,
        said_in=said_in,
    )
    return Reply(request=request, body=answer, question=answer.id, private=private)


def golden(answer: Answer) -> str:
    """The payload: an embed a line, then a row of buttons a line."""
    payload = message(asked(answer))
    rows = [" | ".join(f"{button.label} <{button.id}>" for button in row) for row in payload.rows]
    return "\n".join([*(json.dumps(embed, ensure_ascii=False) for embed in payload.embeds), *rows])


def test_fact() -> None:
    assert golden(examples.FACT) == snapshot("""\
{"type": "rich", "color": 3046706, "description": "📰 The depot in Narvik holds 300 vehicles. \\\\[1\\\\] It opened in May 2025. \\\\[2\\\\]"}
{"type": "rich", "color": 6251368, "author": {"name": "[1] The Harbour Times, 6 May 2025, “Depot opens in Narvik”"}, "description": "> The depot in Narvik holds 300 vehicles, the quartermaster told the paper.\\n🔗 [open the article](https://harbour.example/story#:~:text=start,end)"}
{"type": "rich", "color": 6251368, "author": {"name": "[2] Coast & Sea Weekly, 9 May 2025, “A story of coast”"}, "description": "> Narvik's new depot opened in May 2025 under a grey sky.\\n-# Also carried by Fjord Wire\\n🔗 [open the article](https://coast.example/story#:~:text=start,end)"}
Newest only <communique:newest:0000000000000001> | Open a thread <communique:thread:0000000000000001> | Helpful <communique:helpful:0000000000000001> | Wrong <communique:wrong:0000000000000001>\
""")


def test_undated() -> None:
    assert golden(examples.UNDATED) == snapshot("""\
{"type": "rich", "color": 3046706, "description": "📰 “We will be ready before the first snow,” said Ingrid Dahl. \\\\[1\\\\]", "fields": [{"name": "📝 Note", "value": "The article gives no date.", "inline": false}]}
{"type": "rich", "color": 6251368, "author": {"name": "[1] scraped.txt, date not known, “Minutes of the spring meeting”"}, "description": "*Ingrid Dahl (in their own words):*\\n> “We will be ready before the first snow,” said Ingrid Dahl."}
Show passage 1 <communique:passage:0000000000000002:1>
Newest only <communique:newest:0000000000000002> | Open a thread <communique:thread:0000000000000002> | Helpful <communique:helpful:0000000000000002> | Wrong <communique:wrong:0000000000000002>\
""")


def test_figures() -> None:
    assert golden(examples.FIGURES) == snapshot("""\
{"type": "rich", "color": 1402304, "description": "-# Understood as: How much did Poland spend on defence in 2024?\\n\\n📊 Poland's defence expenditure in 2024 is estimated at 4.12 % of GDP.", "fields": [{"name": "📊 Official figures", "value": "- Poland 2023: 3.26 %, NATO edition 2024 (17 June 2024)\\n- Poland 2024: 4.12 % (estimate), NATO edition 2024 (17 June 2024)", "inline": false}, {"name": "📝 Note", "value": "Shares are of GDP at current prices.", "inline": false}]}
Newest only <communique:newest:0000000000000003> | Open a thread <communique:thread:0000000000000003> | Helpful <communique:helpful:0000000000000003> | Wrong <communique:wrong:0000000000000003>\
""")


def test_compared() -> None:
    assert golden(examples.COMPARED) == snapshot("""\
{"type": "rich", "color": 3046706, "description": "📰 In 2023 four ferries were planned. \\\\[1\\\\] In 2025 the plan named six. \\\\[2\\\\]", "fields": [{"name": "📝 Note", "value": "The sources disagree on the number of ferries.", "inline": false}], "footer": {"text": "Looked at 1 January 2023 to 31 December 2023 (2023); 1 January 2025 to 31 December 2025 (2025)"}}
{"type": "rich", "color": 6251368, "author": {"name": "[1] Strait Gazette, 1 March 2023, “A story of strait”"}, "description": "*the ministry (as reported):*\\n> Four ferries are planned for the strait, the ministry said.\\n🔗 [open the article](https://strait.example/story#:~:text=start,end)"}
{"type": "rich", "color": 6251368, "author": {"name": "[2] The Harbour Times, 11 February 2025, “A story of ferry”"}, "description": "> The plan now names six ferries.\\n🔗 [open the article](https://ferry.example/story#:~:text=start,end)"}
Newest only <communique:newest:0000000000000004> | Widen the dates <communique:widen:0000000000000004> | Open a thread <communique:thread:0000000000000004> | Helpful <communique:helpful:0000000000000004> | Wrong <communique:wrong:0000000000000004>\
""")


def test_nothing_close() -> None:
    assert golden(examples.NOTHING_CLOSE) == snapshot("""\
{"type": "rich", "color": 11692544, "description": "🔎 None of the 7 articles says who designed a lighthouse on the moon.\\n\\n*If an article should be there, suggest its source with “/sources add”.*\\n\\n**What comes closest:**"}
{"type": "rich", "color": 11692544, "author": {"name": "[1] Coast & Sea Weekly, 9 May 2025, “A story of coast”"}, "description": "> The lighthouse was drawn by a local builder.\\n🔗 [open the article](https://coast.example/story#:~:text=start,end)"}
Helpful <communique:helpful:0000000000000005> | Wrong <communique:wrong:0000000000000005>\
""")


def test_outside_the_window() -> None:
    assert golden(examples.OUTSIDE) == snapshot("""\
{"type": "rich", "color": 11692544, "description": "🔎 Nothing from 1 June 2025 to 7 June 2025 mentions the depot.\\n\\n*Press “Widen the dates” to look at all dates.*\\n\\n**What comes closest:**", "footer": {"text": "Looked at 1 June 2025 to 7 June 2025 (last week)"}}
{"type": "rich", "color": 11692544, "author": {"name": "[1] The Harbour Times, 6 May 2025, “Depot opens in Narvik”"}, "description": "> The depot in Narvik holds 300 vehicles.\\n🔗 [open the article](https://harbour.example/story#:~:text=start,end)"}
Widen the dates <communique:widen:0000000000000006> | Helpful <communique:helpful:0000000000000006> | Wrong <communique:wrong:0000000000000006>\
""")


def test_row() -> None:
    assert golden(examples.ROW) == snapshot("""\
{"type": "rich", "color": 3046706, "description": "📰 The ice fund pays 12 million for 2024. \\\\[1\\\\]"}
{"type": "rich", "color": 6251368, "author": {"name": "[1] Budget Monitor, 2 November 2024, “A story of table”"}, "description": "> Ice fund\\\\|2024\\\\|12\\n-# Table “Winter funds”: Fund: Ice fund; Year: 2024; Million: 12"}
Show passage 1 <communique:passage:0000000000000007:1>
Newest only <communique:newest:0000000000000007> | Open a thread <communique:thread:0000000000000007> | Helpful <communique:helpful:0000000000000007> | Wrong <communique:wrong:0000000000000007>\
""")


def test_long() -> None:
    assert golden(examples.LONG) == snapshot("""\
{"type": "rich", "color": 3046706, "description": "-# Understood as: What was said about the bridge over the sound?\\n\\n📰 Speaker 1 called the bridge over the sound long overdue, costly and certain to be built. \\\\[1\\\\] Speaker 2 called the bridge over the sound long overdue, costly and certain to be built. \\\\[2\\\\] Speaker 3 called the bridge over the sound long overdue, costly and certain to be built. \\\\[3\\\\] Speaker 4 called the bridge over the sound long overdue, costly and certain to be built. \\\\[4\\\\] Speaker 5 called the bridge over the sound long overdue, costly and certain to be built. \\\\[5\\\\] Speaker 6 called the bridge over the sound long overdue, costly and certain to be built. \\\\[6\\\\]", "fields": [{"name": "📝 Note", "value": "Note 1 on the bridge.", "inline": false}, {"name": "📝 Note", "value": "Note 2 on the bridge.", "inline": false}, {"name": "📝 Note", "value": "Note 3 on the bridge.", "inline": false}]}
{"type": "rich", "color": 6251368, "author": {"name": "[1] Bridge Paper 1, 1 January 2025, “A story of bridge1”"}, "description": "*speaker 1 (as reported):*\\n> The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long overdue. The bridge, said speaker 1, is long over\\n🔗 [open the article](https://bridge1.example/story#:~:text=start,end)"}
{"type": "rich", "color": 6251368, "author": {"name": "[2] Bridge Paper 2, 2 February 2025, “A story of bridge2”"}, "description": "*speaker 2 (as reported):*\\n> The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long overdue. The bridge, said speaker 2, is long over\\n🔗 [open the article](https://bridge2.example/story#:~:text=start,end)"}
{"type": "rich", "color": 6251368, "author": {"name": "[3] Bridge Paper 3, 3 March 2025, “A story of bridge3”"}, "description": "*speaker 3 (as reported):*\\n> The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long overdue. The bridge, said speaker 3, is long over\\n🔗 [open the article](https://bridge3.example/story#:~:text=start,end)"}
More sources (2/2) <communique:page:0000000000000008:1>
Newest only <communique:newest:0000000000000008> | Open a thread <communique:thread:0000000000000008> | Helpful <communique:helpful:0000000000000008> | Wrong <communique:wrong:0000000000000008>\
""")


@pytest.mark.parametrize("answer", examples.EIGHT, ids=lambda answer: answer.question[:30])
def test_every_page_is_within_the_limits_and_all_pages_hold_all_sources(answer: Answer) -> None:
    many = len(pages_of(answer))
    made = [
        wire(page(answer, n, question=answer.id, options=Options(), private=False, direct=False))
        for n in range(many)
    ]
    assert [problem for one in made for problem in problems_of_message(one)] == []
    read = shown("\n".join(texts(one) for one in made))
    for citation in (*answer.citations, *answer.nearest):
        assert citation.quote in read
        assert f"[{citation.n}] {wording.source_line(citation)}" in read


def test_pages_turn_both_ways() -> None:
    first, second = (
        page(examples.LONG, n, question=examples.LONG.id, options=Options(), private=False, direct=False)
        for n in (0, 1)
    )
    assert first.rows[0][0].id == custom_id("page", examples.LONG.id, 1)
    assert second.rows[0][0].id == custom_id("page", examples.LONG.id, 0)
    assert first.embeds != second.embeds


def test_a_command_s_answer_says_what_was_asked() -> None:
    assert message(asked(examples.FACT, said_in="")).embeds[0]["title"] == examples.FACT.question
    assert "title" not in message(asked(examples.FACT)).embeds[0]


def test_a_private_answer_offers_to_share_and_a_public_one_a_thread() -> None:
    def actions(*, private: bool) -> set[str]:
        rows = message(asked(examples.FACT, private=private)).rows
        return {press.action for row in rows for b in row if (press := pressed(b.id))}

    assert "share" in actions(private=True)
    assert "thread" not in actions(private=True)
    assert "thread" in actions(private=False)
    assert "share" not in actions(private=False)


def test_a_hostile_article_shows_as_it_is_without_what_acts() -> None:
    payload = wire(message(asked(examples.HOSTILE)))
    assert [act for text in markdown(payload) for act in live(text)] == []
    assert problems_of_message(payload) == []
    read = shown(texts(payload)).replace("\n> ", "\n")
    for word in ("@everyone", "[click](https://evil.example)", "||spoiler||", "ignore your instructions"):
        assert word in read
    assert wording.harmless(examples.HOSTILE.citations[0].quote).strip() in read


def test_an_endless_sentence_is_cut_to_the_limits() -> None:
    endless = ("word " * 20_000).strip()
    payload = wire(message(Reply(request=asked(examples.FACT).request, body=Words(text=endless))))
    assert problems_of_message(payload) == []


def test_the_description_of_a_chart_keeps_to_the_limit_in_letters_of_two_units() -> None:
    report = SpendingReport(
        title="Spending", figures=(), notes=(), chart=b"png", chart_alt="\U0001d518" * 1000
    )
    payload = wire(message(Reply(request=asked(examples.FACT).request, body=report)))
    assert problems_of_message(payload) == []


@MANY
@given(strategies.replies())
def test_no_message_breaks_a_limit_or_acts(reply: Reply) -> None:
    payload = wire(message(reply))
    assert problems_of_message(payload) == []
    assert [act for text in markdown(payload) for act in live(text)] == []


@MANY
@given(strategies.answers(), st.integers(0, 12), st.booleans(), st.booleans())
def test_no_page_of_an_answer_breaks_a_limit(answer: Answer, n: int, private: bool, direct: bool) -> None:
    made = page(
        answer,
        n,
        question="0" * 16,
        options=Options(),
        private=private,
        direct=direct,
        title=answer.question,
    )
    assert problems_of_message(wire(made)) == []
    assert [act for text in markdown(wire(made)) for act in live(text)] == []


@MANY
@given(strategies.answers())
def test_the_pages_of_an_answer_hold_all_of_it(answer: Answer) -> None:
    made = pages_of(answer)
    cited = answer.citations or answer.nearest
    assert sum("author" in embed for one in made for embed in one) == len(cited)
    whole = shown(" ".join(embed["description"] for one in made for embed in one))
    last = wording.harmless(answer.answer).split()[-1:]
    assert all(word[-60:] in whole for word in last)


@MANY
@given(
    strategies.texts,
    strategies.words,
    strategies.answers(),
    strategies.additions,
    strategies.readings(),
    st.integers(0, 80),
)
def test_no_other_message_breaks_a_limit(
    text: str, word: str, answer: Answer, addition: Any, reading: Any, many: int
) -> None:
    one = Asked(
        id="0" * 16,
        person=Person(platform="discord", user="1"),
        place=Place(platform="discord", workspace="1", channel="2"),
        text=word,
        kind="ask",
        options=Options(),
        private=False,
        answer=answer,
        message=None,
        asked_at=WHEN,
    )
    stats = Stats(articles=many, passages=many, editions=(word,) * many)
    articles = tuple(citation.article for citation in answer.citations)
    home = Home(stats=stats, newest=articles, questions=(one,) * min(many, 5), administers=True)
    case = Case(asked=one, reason="other", comment=text, created_at=WHEN)
    suggestion = Suggestion(id="0" * 16, source=word, person="discord:1", state="open")
    made: list[Payload] = [
        pages.home(home),
        pages.listed([Source(address=word, articles=many, state=text)] * many),
        pages.stats(stats),
        pages.gaps([Gap(question=word, times=many, last=WHEN.date(), refusal="language")] * many),
        pages.added(addition),
        pages.suggestions([suggestion]),
        pages.suggestion(suggestion),
        pages.review([case]),
        pages.passage(reading),
        pages.settings(Channel(publishers=(word,) * many), where="channel"),
        pages.offered("9" * 19, [(0, word)]),
    ]
    assert [problem for payload in made for problem in problems_of_message(wire(payload))] == []
    assert [act for payload in made for text in markdown(wire(payload)) for act in live(text)] == []


def test_lists_of_cases_and_suggestions_fit_a_message() -> None:
    cases = [
        Case(
            asked=Asked(
                id=f"{n:016}",
                person=Person(platform="discord", user="1"),
                place=Place(platform="discord", workspace="1", channel="2"),
                text="*" * 300,
                kind="ask",
                options=Options(),
                private=False,
                answer=examples.LONG,
                message=None,
                asked_at=WHEN,
            ),
            reason="quote",
            comment="*" * 2000,
            created_at=WHEN,
        )
        for n in range(10)
    ]
    waiting = [
        Suggestion(id=f"{n:016}", source="https://a.example/" + "_" * 900, person="discord:1", state="open")
        for n in range(30)
    ]
    for payload in (pages.review(cases), pages.suggestions(waiting)):
        assert problems_of_message(wire(payload)) == []
        assert len(payload.rows) > 1


@given(st.sampled_from(["page", "wrong"]), st.text("0123456789abcdef", max_size=16), st.integers(0, 99))
def test_custom_ids_are_read_back(action: str, of: str, n: int) -> None:
    press = pressed(custom_id(action, of, n))
    assert press is not None
    assert (press.action, press.of, press.n) == (action, of, n)


@pytest.mark.parametrize(
    "id_", ["", "communique", "other:page:1", "communique:page:1:x", "communique:PAGE:1"]
)
def test_ids_of_others_are_none_of_ours(id_: str) -> None:
    assert pressed(id_) is None
