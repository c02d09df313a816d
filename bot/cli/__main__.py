"""``python -m bot.cli``, the same as the console script."""

from bot.cli import run

run()
