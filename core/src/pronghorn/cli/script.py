"""`pronghorn run`: a script written for Keras."""

import sys
import warnings
from pathlib import Path
from types import ModuleType

import click

from pronghorn import cli


@click.command(
    "run",
    short_help="Run a script that imports keras.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run_script(script: str, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT with ARGUMENTS as `python SCRIPT ARGUMENTS` would, but on Pronghorn.

    Its imports of keras lead to Pronghorn, also in processes that it starts; everything else is
    as it is. A name of keras that Pronghorn does not have is an error that names it.
    """
    from pronghorn import keras

    path = str(Path.cwd() / script)
    keras.install()
    keras.install_in_children()
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    warnings.showwarning = cli.showwarning
    try:
        _run_as_main(path)
    except Exception as error:
        _show(error, path)
        sys.exit(1)
    except KeyboardInterrupt as interrupt:
        _show(interrupt, path)
        sys.exit(cli.INTERRUPTED)


def _run_as_main(path: str) -> None:
    code = compile(Path(path).read_bytes(), path, "exec")
    main = ModuleType("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main
    exec(code, vars(main))


def _show(error: BaseException, path: str) -> None:
    """Print the traceback from the script on, as Python does."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
