"""``/spending``: official figures of a country, several, all in order, over the years, against a target."""

from typing import TYPE_CHECKING, Literal

from discord import app_commands

from bot.desk import SpendingQuery
from bot.discord_app import embeds as e
from bot.discord_app.client import Client, Interaction
from index.figures.figure import METRICS, Metric
from retrieval.countries import find_aggregate, find_country

if TYPE_CHECKING:
    from bot.discord_app.listeners import Discord

Year = app_commands.Range[int, 1949, 2100]
Name = app_commands.Range[str, 1, 100]
Source = Literal["nato", "sipri"]

_METRICS = [
    app_commands.Choice(name=label, value=value)
    for value, label in (
        ("share", "Share of GDP"),
        ("usd", "US dollars"),
        ("usd-constant", "US dollars at constant prices"),
        ("national", "National currency"),
        ("change", "Real change on the year before"),
        ("equipment", "Equipment's share"),
    )
]
_SAID = {
    "year": "The year; the latest where none is given",
    "source": "Whose figures; NATO's where none is given",
    "metric": "What is measured; the share of GDP where nothing is given",
    "edition": "The year of the edition; the latest where none is given",
    "only_me": "Show the answer only to me",
}


def register(client: Client, bot: "Discord") -> None:
    """Register the commands."""
    group = app_commands.Group(
        name="spending",
        description="Official figures of defence spending, by edition, with a chart.",
    )
    _countries(group, bot)
    _orders(group, bot)
    client.tree.add_command(group)


def _countries(group: app_commands.Group, bot: "Discord") -> None:
    """The sub-commands about countries that are named."""

    @group.command(description="One country, from each edition.")
    @app_commands.describe(country="A name, a code or a flag", **_SAID)
    @app_commands.choices(metric=_METRICS)
    async def country(
        interaction: Interaction,
        country: Name,
        year: Year | None = None,
        metric: str = "share",
        source: Source = "nato",
        edition: Name | None = None,
        only_me: bool = False,  # noqa: FBT001, FBT002 - an option of a command has a name in Discord
    ) -> None:
        query = SpendingQuery(
            view="country",
            countries=(_named(bot, country),),
            year=year,
            metric=_metric(metric),
            source=source,
            edition=edition,
        )
        await bot.take(interaction, text="", kind="spending", private=only_me, spending=query)

    @group.command(description="Two to five countries side by side.")
    @app_commands.describe(first="A country", second="Another", third="Another", **_SAID)
    @app_commands.describe(fourth="Another", fifth="Another")
    @app_commands.choices(metric=_METRICS)
    async def compare(
        interaction: Interaction,
        first: Name,
        second: Name,
        third: Name | None = None,
        fourth: Name | None = None,
        fifth: Name | None = None,
        year: Year | None = None,
        metric: str = "share",
        source: Source = "nato",
        edition: Name | None = None,
        only_me: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> None:
        typed = (first, second, third, fourth, fifth)
        query = SpendingQuery(
            view="compare",
            countries=tuple(dict.fromkeys(_named(bot, name) for name in typed if name)),
            year=year,
            metric=_metric(metric),
            source=source,
            edition=edition,
        )
        await bot.take(interaction, text="", kind="spending", private=only_me, spending=query)

    @group.command(description="One country over the years.")
    @app_commands.describe(country="A name, a code or a flag", **{**_SAID, "year": "Up to this year"})
    @app_commands.choices(metric=_METRICS)
    async def history(
        interaction: Interaction,
        country: Name,
        year: Year | None = None,
        metric: str = "share",
        source: Source = "nato",
        edition: Name | None = None,
        only_me: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> None:
        query = SpendingQuery(
            view="history",
            countries=(_named(bot, country),),
            year=year,
            metric=_metric(metric),
            source=source,
            edition=edition,
        )
        await bot.take(interaction, text="", kind="spending", private=only_me, spending=query)

    async def known(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Countries that what is typed may mean, best first."""
        names = bot.desk.figures.countries(typed, limit=e.CHOICES)
        return [app_commands.Choice(name=name, value=name) for name in names if len(name) <= e.CHOICE]

    country.autocomplete("country")(known)
    history.autocomplete("country")(known)
    for option in ("first", "second", "third", "fourth", "fifth"):
        compare.autocomplete(option)(known)


def _orders(group: app_commands.Group, bot: "Discord") -> None:
    """The sub-commands about all countries."""

    @group.command(description="The highest, in order.")
    @app_commands.describe(how_many="How many; ten where none is given", **_SAID)
    @app_commands.choices(metric=_METRICS)
    async def rank(
        interaction: Interaction,
        how_many: app_commands.Range[int, 1, 50] = 10,
        year: Year | None = None,
        metric: str = "share",
        source: Source = "nato",
        edition: Name | None = None,
        only_me: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> None:
        query = SpendingQuery(
            view="rank", rank=how_many, year=year, metric=_metric(metric), source=source, edition=edition
        )
        await bot.take(interaction, text="", kind="spending", private=only_me, spending=query)

    @group.command(description="Who spends a share of GDP, and who does not.")
    @app_commands.describe(
        percent="The share of GDP in percent", **{k: v for k, v in _SAID.items() if k != "metric"}
    )
    async def target(
        interaction: Interaction,
        percent: app_commands.Range[float, 0.0, 100.0],
        year: Year | None = None,
        source: Source = "nato",
        edition: Name | None = None,
        only_me: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> None:
        query = SpendingQuery(view="target", target=percent, year=year, source=source, edition=edition)
        await bot.take(interaction, text="", kind="spending", private=only_me, spending=query)


def _metric(chosen: str) -> Metric:
    """The metric of a choice; there are no others to choose."""
    found: Metric = next(metric for metric in METRICS if metric == chosen)
    return found


def _named(bot: "Discord", typed: str) -> str:
    """The country that was chosen or typed: by any name, else the nearest; as typed where there is none."""
    if found := find_country(typed):
        return found.name
    near = find_aggregate(typed) or next(iter(bot.desk.figures.countries(typed, limit=1)), None)
    return near or typed
