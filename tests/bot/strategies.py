"""Answers and whatever else is rendered, made of any text: for properties that hold on every platform."""

from datetime import date

from hypothesis import strategies as st

from bot.desk import (
    Addition,
    Check,
    Notice,
    Options,
    Person,
    Place,
    Platform,
    Reading,
    Reply,
    Request,
    SpendingReport,
    Words,
)
from bot.desk.clock import now
from index.figures.figure import Figure
from retrieval.answer import Answer, ArticleRef, Citation, Window
from tests.bot.answers import HOSTILE_TEXT

_PIECES = st.sampled_from(
    [
        "<!channel>",
        "<@U123>",
        "@everyone",
        "[a](https://evil.example)",
        "<https://evil.example|x>",
        "\u202e",
        "\u200b",
        "\x00",
        "||x||",
        "```",
        "*b*",
        "&amp;",
        "<",
        ">",
        "&",
        "[1]",
        " ",
        "\n",
        "wörd ",
        "word " * 60,
        "x" * 700,
        "🇵🇱",
        "𝔘" * 30,
        HOSTILE_TEXT,
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join))
words = texts.map(lambda text: text.strip() or "word")
days = st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))
urls = st.none() | st.sampled_from(
    [
        "https://a.example/x",
        "https://a.example/" + "y" * 4000,
        "javascript:alert(1)",
        "https://é.example/a b|c>",
    ]
)

articles = st.builds(
    ArticleRef,
    id=st.text("abc0", min_size=16, max_size=16),
    title=st.none() | texts,
    publisher=st.none() | texts,
    published=days,
    url=urls,
    link=urls,
    source=words,
)


@st.composite
def citations(draw: st.DrawFn, n: int) -> Citation:
    """A citation with a quote of at most 400 characters."""
    quote = draw(words)[:400]
    return Citation(
        n=n,
        quote=quote,
        passage=(quote + draw(texts))[:1200],
        start=0,
        end=len(quote),
        article=draw(articles),
        context=draw(st.none() | texts),
        speaker=draw(st.none() | texts),
        speech=draw(st.sampled_from([None, "direct", "reported"])),
        also=tuple(draw(st.lists(texts, max_size=12))),
        page=draw(st.none() | st.integers(1, 10_000)),
    )


figures = st.builds(
    Figure,
    country=words,
    iso3=st.none(),
    metric=st.just("share"),
    unit=words,
    year=st.integers(1949, 2030),
    value=st.none() | st.floats(-1e9, 1e12),
    estimate=st.booleans(),
    edition=st.text("2024", min_size=1, max_size=4),
    edition_date=days,
    base_year=st.none(),
    source=st.sampled_from(["nato", "sipri"]),
    url=urls,
    derived=st.none() | texts,
)
windows = st.builds(Window, start=days, end=days, reason=texts)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """An Answer, found or refused."""
    found = draw(st.booleans())
    cited = tuple(draw(citations(n)) for n in range(1, draw(st.integers(0, 8)) + 1))
    refusals = ["nothing_close", "outside_window", "language", "not_a_question", "empty_collection"]
    return Answer(
        id="0" * 16,
        question=draw(words),
        understood=draw(words),
        found=found,
        refusal=None if found else draw(st.sampled_from(refusals)),
        answer=draw(words),
        citations=cited if found else (),
        nearest=() if found else cited,
        notes=tuple(draw(st.lists(texts, max_size=8))),
        windows=tuple(draw(st.lists(windows, max_size=6))),
        figures=tuple(draw(st.lists(figures, max_size=30))),
    )


checks = st.builds(
    Check,
    claim=words,
    verdict=st.sampled_from(["supported", "contradicted", "partly", "not found"]),
    reason=words,
    figures=st.lists(figures, max_size=12).map(tuple),
    citations=st.lists(citations(1), max_size=1).map(tuple),
)
reports = st.builds(
    SpendingReport,
    title=words,
    figures=st.lists(figures, max_size=130).map(tuple),
    notes=st.lists(texts, max_size=9).map(tuple),
    chart=st.none() | st.just(b"png"),
    chart_alt=texts,
    csv=texts,
    problem=st.none() | words,
)
additions = st.builds(
    Addition,
    added=st.integers(0, 9),
    failed=st.lists(st.tuples(texts, texts), max_size=120).map(tuple),
)
notices = st.builds(
    Notice,
    heading=words,
    lines=st.lists(texts, max_size=40).map(tuple),
    citations=st.lists(citations(1), max_size=12).map(tuple),
    watch=st.sampled_from(["", "0" * 16]),
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """A passage among its neighbours."""
    before, quote, after = draw(texts), draw(words), draw(texts)
    return Reading(
        title=draw(st.none() | texts),
        publisher=draw(st.none() | texts),
        published=draw(days),
        text=before + quote + after,
        start=len(before),
        end=len(before) + len(quote),
    )


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """A reply of any kind."""
    platforms: list[Platform] = ["slack", "discord"]
    platform = draw(st.sampled_from(platforms))
    request = Request(
        key=f"{platform}:E1",
        kind="ask",
        person=Person(platform=platform, workspace="T1", user="U1"),
        place=Place(
            platform=platform, workspace="T1", channel="C1", thread=draw(st.sampled_from(["", "1.1"]))
        ),
        text=draw(words),
        asked_at=now(),
        options=Options(newest_only=draw(st.booleans()), widen=draw(st.booleans())),
    )
    body = draw(st.one_of(answers(), checks, reports, notices, st.builds(Words, text=words)))
    return Reply(
        request=request,
        body=body,
        question="" if isinstance(body, Words | SpendingReport | Notice) else "0" * 16,
        private=draw(st.booleans()),
        second=draw(st.booleans()),
        shared=draw(st.booleans()),
    )
