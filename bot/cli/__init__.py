"""The command line: results alone on standard output, all else on standard error."""

import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from bot.errors import BotError, SettingsError, UsageError
from index.errors import IndexingError

DONE, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 something failed, 2 wrong usage or settings.

    Errors become one line on standard error here and nowhere else. A defect keeps its traceback.
    """
    from bot.cli.app import app
    from retrieval.errors import RetrievalError

    try:
        code = app(list(arguments) if arguments is not None else None, standalone_mode=False)
        sys.stdout.flush()
    except TyperException as exc:
        return _complain(exc.format_message(), MISUSED if exc.exit_code == MISUSED else FAILED)
    except (SettingsError, UsageError) as exc:
        return _complain(str(exc), MISUSED)
    except (BotError, IndexingError, RetrievalError) as exc:
        return _complain(str(exc), FAILED)
    except (typer.Abort, KeyboardInterrupt):
        return _complain("Stopped. What was reported as done is kept.", FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains while it exits
        return FAILED
    return code if isinstance(code, int) else DONE


def run() -> None:
    """The console script."""
    sys.exit(main())


def _complain(message: str, code: int) -> int:
    print("communique: " + " ".join(message.split()), file=sys.stderr)  # noqa: T201 - the one place for it
    return code
