"""The `pronghorn` command.

Every command lives in a module of its own, imported when it runs; numerics are imported by the
commands that compute, inside their functions.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from pronghorn.errors import PackWarning, PronghornError

showwarning = warnings.showwarning
"""Python's own way of showing a warning, for scripts that a command runs."""

INTERRUPTED = 130
BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; errors become one line on stderr and the exit status.

    Returns 0, 1 for an error, 2 for wrong usage, 130 after an interrupt.
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    warnings.showwarning = _show_warning
    try:
        return _run(given)
    except BrokenPipeError:
        # The reader went away, as `head` does: say nothing, and keep Python from flushing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", INTERRUPTED)
    except Exception as error:
        if "--debug" in given:
            traceback.print_exc()
        return _fail(_sentence(error), getattr(error, "exit_code", 1))


def _run(arguments: Sequence[str]) -> int:
    from pronghorn.cli.group import commands

    result = commands.main(list(arguments), prog_name="pronghorn", standalone_mode=False)
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _fail(message: str, status: int) -> int:
    click.echo(f"pronghorn: {message}", err=True)
    return status


def _sentence(error: Exception) -> str:
    """An error in one line; the class is named where the message was not written for users."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{_one_line(error.format_message())} See `{error.ctx.command_path} --help`."
    if isinstance(error, click.ClickException):
        return _one_line(error.format_message())
    if isinstance(error, PronghornError):
        return _one_line(str(error))
    return f"{type(error).__name__}: {_one_line(str(error))} (--debug shows where)"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning as one line on stderr; the place only where it means something to users."""
    is_telling = not issubclass(category, PackWarning) and "click" not in Path(filename).parts
    place = f" ({filename}:{lineno})" if is_telling else ""
    click.echo(f"pronghorn: warning: {_one_line(str(message))}{place}", err=True)
