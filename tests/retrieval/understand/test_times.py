from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.understand import understand
from retrieval.understand.times import REPORTING_LAG, read_times

WEDNESDAY = date(2025, 9, 17)


def windows(question: str, *, as_of: date = WEDNESDAY) -> list[tuple[str | None, str | None]]:
    found = understand(question, as_of=as_of).windows
    return [
        (
            window.start.isoformat() if window.start else None,
            window.end.isoformat() if window.end else None,
        )
        for window in found
    ]


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("What did Rutte say in June 2025?", "2025-06-01", "2025-06-30"),
        ("What did Rutte say last month about air defence?", "2025-08-01", "2025-08-31"),
        ("What happened this week?", "2025-09-15", "2025-09-17"),
        ("What did Kallas say last week?", "2025-09-08", "2025-09-14"),
        ("What has Rutte said since the Hague summit?", "2025-06-25", None),
        ("What did Stoltenberg warn of before 2024?", None, "2023-12-31"),
        ("As of March 2024, how many allies had a plan?", None, "2024-03-31"),
        ("What did Merz announce in the second quarter of 2025?", "2025-04-01", "2025-06-30"),
        ("What was reported in Q1 2024 about Kaliningrad?", "2024-01-01", "2024-03-31"),
        ("What did Scholz promise in the summer of 2023?", "2023-06-01", "2023-08-31"),
        ("What did Trump say about Article 5 last summer?", "2025-06-01", "2025-08-31"),
        ("What did Rutte say between March and May 2024?", "2024-03-01", "2024-05-31"),
        ("What did Stoltenberg say from January to March 2023?", "2023-01-01", "2023-03-31"),
        ("News from 5 May 2025", "2025-05-05", "2025-05-05"),
        ("What did Tusk say on Sept. 10?", "2025-09-10", "2025-09-10"),
        ("What did Biden say on 2022-03-26?", "2022-03-26", "2022-03-26"),
        ("What did Zelensky say in early March 2022?", "2022-03-01", "2022-03-10"),
        ("What did Zelensky ask for in mid-March 2022?", "2022-03-11", "2022-03-20"),
        ("How much aid was approved over the weekend of 14-15 June 2025?", "2025-06-14", "2025-06-15"),
        ("How many troops stood at the border in the week of 7 February 2022?", "2022-02-07", "2022-02-13"),
        ("What was said in the past three weeks about drones?", "2025-08-27", "2025-09-17"),
        ("How many attacks had been logged by the end of July 2025?", None, "2025-07-31"),
        ("What did Rutte say in the first half of 2025?", "2025-01-01", "2025-06-30"),
        ("What did Rutte say over the weekend?", "2025-09-13", "2025-09-14"),
        ("What did Macron say yesterday?", "2025-09-16", "2025-09-16"),
        ("What did Austin say at the Washington summit?", "2024-07-09", "2024-07-11"),
        ("What was agreed at the 2022 NATO summit?", "2022-06-28", "2022-06-30"),
        ("What did Putin say before the full-scale invasion of Ukraine?", None, "2022-02-23"),
        ("What did Sánchez say ahead of the summit in The Hague?", None, "2025-06-23"),
        ("what did rutte say in may", "2025-05-01", "2025-05-31"),
        ("Who led NATO until October 2024?", None, "2024-10-31"),
        ("What did Baerbock say three weeks ago?", "2025-08-25", "2025-08-31"),
    ],
)
def test_an_expression_of_time_becomes_its_window(question: str, start: str | None, end: str | None) -> None:
    assert windows(question) == [(start, end)]


def test_two_times_are_compared_in_two_windows() -> None:
    query = understand("Compare what Rutte said in April and in June", as_of=WEDNESDAY)
    assert [(window.start, window.end) for window in query.windows] == [
        (date(2025, 4, 1), date(2025, 4, 30)),
        (date(2025, 6, 1), date(2025, 6, 30)),
    ]
    assert query.comparison
    assert query.window_strict


def test_a_month_without_year_is_the_last_that_has_begun() -> None:
    assert windows("What did Rutte say in November?") == [("2024-11-01", "2024-11-30")]
    assert windows("What did Rutte say in September?") == [("2025-09-01", "2025-09-30")]


def test_a_year_said_once_holds_for_both_months() -> None:
    assert windows("What did he say in April and June 2023?") == [
        ("2023-04-01", "2023-04-30"),
        ("2023-06-01", "2023-06-30"),
    ]


def test_overlapping_times_are_narrowed_to_what_both_leave() -> None:
    assert windows("What did Rutte say in June 2025 after the Hague summit?") == [
        ("2025-06-26", "2025-06-30")
    ]


@pytest.mark.parametrize(
    "question",
    [
        "What was stolen just before the 2007 wave of hacking?",
        "What is the spending target for 2035?",
        "Which allies will spend 3.5% by 2029?",
        "What was the goal of 2014?",
        "Which city hosts the 2034 games?",
        "Which agency cut rates for the first time since 2020?",
        "How many soldiers took part in Steadfast Defender 2024?",
        "How did defence spending change between 2014 and 2024?",
        "How much did Germany spend on defence in 2024?",
        "On July 4, 1776, what was adopted?",
        "After the death of the Queen in September, who took the throne?",
        "Which plant is due to open in December?",
        "May I ask what Rutte thinks?",
        "Which troops will march on Kyiv?",
        "Who won the Nobel Peace Prize 2024?",
        "Which survey did USA TODAY publish?",
    ],
)
def test_a_time_that_belongs_to_the_matter_is_no_window(question: str) -> None:
    assert windows(question) == []


@pytest.mark.parametrize(
    "question",
    [
        "Which city was flooded this week?",
        "Which carmaker recalled vehicles on Monday?",
        "Which team won last weekend?",
    ],
)
def test_words_for_the_days_around_today_are_no_window_for_an_event(question: str) -> None:
    query = understand(question, as_of=WEDNESDAY)
    assert query.windows == ()
    assert query.lately[0].holds(query.lately[0].end or WEDNESDAY)
    assert query.reference_day == WEDNESDAY
    assert "week" not in query.search_text
    assert "Monday" not in query.search_text


def test_what_was_said_then_is_a_filter_and_what_happened_then_a_preference() -> None:
    said = understand("What did Rutte say in March 2022?", as_of=WEDNESDAY)
    happened = understand("How many shells did Germany send in March 2022?", as_of=WEDNESDAY)
    assert said.window_strict
    assert not happened.window_strict
    assert said.windows == happened.windows
    assert happened.reference_day == date(2022, 3, 31)


def test_an_event_of_days_is_no_filter_for_what_was_said_there() -> None:
    assert not understand("What did Austin say at the Washington summit?", as_of=WEDNESDAY).window_strict


def test_a_strict_window_lets_reports_lag_and_keeps_undated_articles() -> None:
    query = understand("What did Rutte say in June 2025?", as_of=WEDNESDAY)
    assert query.admits(date(2025, 6, 30) + timedelta(days=REPORTING_LAG))
    assert not query.admits(date(2025, 6, 30) + timedelta(days=REPORTING_LAG + 1))
    assert not query.admits(date(2025, 5, 31))
    assert query.admits(None)
    assert query.days_outside(date(2025, 5, 30)) == -2
    assert query.days_outside(date(2025, 7, 3)) == 3
    assert query.days_outside(date(2025, 6, 3)) == 0


def test_this_week_goes_by_the_askers_clock() -> None:
    auckland = timezone(timedelta(hours=12))
    monday_there = datetime(2025, 9, 15, 8, tzinfo=auckland)
    sunday_in_utc = monday_there.astimezone(UTC).date()
    query = understand("What happened this week?", as_of=sunday_in_utc, now=monday_there)
    assert [(window.start, window.end) for window in query.windows] == [
        (date(2025, 9, 15), date(2025, 9, 15))
    ]


def test_a_day_in_the_past_is_not_moved_by_the_clock() -> None:
    query = understand("What happened today?", as_of=date(2022, 3, 1), now=datetime(2025, 9, 15, tzinfo=UTC))
    assert query.windows[0].start == date(2022, 3, 1)


def test_a_summit_that_is_still_to_come_sets_no_window() -> None:
    assert windows("What did Rutte say before the Ankara summit?", as_of=date(2026, 5, 1)) == []


def test_the_last_summit_is_the_last_one_that_was() -> None:
    assert windows("What has Rutte said since the last NATO summit?", as_of=date(2024, 12, 1)) == [
        ("2024-07-11", None)
    ]


def test_the_reason_says_which_days_an_event_was() -> None:
    query = understand("What has Rutte said since the Hague summit?", as_of=WEDNESDAY)
    assert query.windows[0].reason == "since the Hague summit (24–25 June 2025)"


@pytest.mark.parametrize(
    ("question", "recency"),
    [
        ("What is the latest on Baltic Sentry?", "latest"),
        ("When is it now expected?", "now"),
        ("Who is currently in command?", "now"),
        ("Which country became the latest to join?", "none"),
        ("Which poll did USA TODAY print?", "none"),
        ("Who built the site?", "none"),
    ],
)
def test_recency_is_what_the_question_asks_for(question: str, recency: str) -> None:
    assert understand(question, as_of=WEDNESDAY).recency == recency


def test_the_years_of_a_question_are_kept_whatever_they_are_for() -> None:
    assert understand("How did spending change from 2014 to 2024?", as_of=WEDNESDAY).years == (2014, 2024)


@given(text=st.text(max_size=80), today=st.dates())
def test_reading_times_never_fails_and_orders_the_windows(text: str, today: date) -> None:
    times = read_times(text, today=today, about_reports=True)
    starts = [window.start or date.min for window in times.windows]
    assert starts == sorted(starts)
    assert times.reference_day <= today


WORDS = """
    in on since before after between and from to the May March 2024 2025 2100 1999 5 31 February Q3 last
    this next week month year summer weekend of Monday yesterday days ago three early end Hague summit
    invasion , ?
"""


@given(words=st.lists(st.sampled_from(WORDS.split()), max_size=12), today=st.dates())
def test_any_mixture_of_the_words_of_time_gives_spans_that_do_not_run_backwards(
    words: list[str], today: date
) -> None:
    for about_reports in (True, False):
        times = read_times(" ".join(words), today=today, about_reports=about_reports)
        assert all(
            window.start is None or window.end is None or window.start <= window.end
            for window in times.windows
        )
