"""The commands, each in a module of its own, put together."""

import logging
import os
import warnings

import typer

from bot.cli import add, ask, browse, care, check, install, keep, recalls, serve, spending
from bot.root import Root
from bot.settings import load_settings

app = typer.Typer(
    name="communique",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help=(
        "Ask a collection of news articles, and get passages quoted to the character.\n\n"
        "**First steps:** `communique add articles/` takes articles in, "
        '`communique ask "Who praised Germany\'s plan?"` asks them, '
        "`communique spending poland` gives the official figure.\n\n"
        "Every command takes `--json` for other tools, and `--help` for its examples."
    ),
)


@app.callback()
def _start(context: typer.Context) -> None:
    # What libraries say on the side belongs to nobody who asked a question.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    root = Root(load_settings())
    context.obj = root
    context.call_on_close(root.close)


for module in (add, ask, browse, care, check, install, keep, recalls, serve, spending):
    module.register(app)
