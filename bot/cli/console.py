"""Where words go: results to standard output, everything else to standard error."""

import json
import sys
from typing import Any

from rich.console import Console


def output() -> Console:
    """For results. In a pipe without colours and without wrapping."""
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    if not console.is_terminal:
        console.width = 1000  # tables are as wide as what they hold
    return console


def messages() -> Console:
    """For progress and warnings."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
