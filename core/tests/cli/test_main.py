"""The frame of the command line: errors, help, start-up, output to a pipe."""

import subprocess
import sys
from importlib.metadata import version

import click
import pytest

from pronghorn import hooks
from pronghorn.cli.group import BUILT_IN

HEAVY = ("numba", "numpy", "h5py", "llvmlite", "matplotlib")


def python(code: str, *flags: str) -> str:
    ran = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


@pytest.mark.parametrize(
    "words", [["list"], ["--help"], ["list", "layers", "--json"], ["--version"]]
)
def test_listing_imports_nothing_heavy(words):
    code = (
        "import contextlib, io, sys\n"
        "from pronghorn.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()): status = main({words!r})\n"
        f"print(status, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert python(code) == "0 []"


def test_import_of_pronghorn_imports_nothing_heavy_and_no_submodule():
    code = (
        "import sys, pronghorn\n"
        f"print([n for n in sys.modules if n in {(*HEAVY, 'pluggy', 'click')!r}"
        " or n.startswith('pronghorn.')])"
    )
    assert python(code) == "[]"


def test_without_words_the_help_is_shown(run):
    shown = run()
    assert shown.status == 0
    assert shown.out == run("--help").out
    for name in BUILT_IN:
        assert f"\n  {name} " in shown.out


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_command_has_help(run, name):
    shown = run(name, "--help")
    assert shown.status == 0
    assert shown.out.startswith(f"Usage: pronghorn {name}")
    assert "--debug" in shown.out


def test_version(run):
    assert run("--version").out == f"pronghorn, version {version('pronghorn-core')}\n"


def test_unknown_command_is_one_line_with_the_nearest(run):
    ran = run("lisd")
    assert (ran.status, ran.out) == (2, "")
    expected = "There is no command 'lisd'. Did you mean 'list'? See `pronghorn --help`.\n"
    assert ran.err == f"pronghorn: {expected}"


def test_wrong_option_is_one_line(run):
    ran = run("list", "--jason")
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert "See `pronghorn list --help`." in ran.err


@pytest.mark.parametrize("words", [["info", "relou", "--debug"], ["--debug", "info", "relou"]])
def test_traceback_only_with_debug(run, words):
    quiet = run(*(word for word in words if word != "--debug"))
    assert (quiet.status, quiet.err.count("\n")) == (1, 1)
    loud = run(*words)
    assert loud.status == 1
    assert loud.err.startswith("Traceback (most recent call last)")
    assert loud.err.endswith(quiet.err)


def test_unexpected_error_names_its_class(run, monkeypatch):
    monkeypatch.setattr("pronghorn.registry.entries", lambda kind: 1 / 0)
    ran = run("list")
    assert ran.status == 1
    assert ran.err == "pronghorn: ZeroDivisionError: division by zero (--debug shows where)\n"


def test_interrupt_ends_with_130(run, monkeypatch):
    def interrupt(kind):
        raise KeyboardInterrupt

    monkeypatch.setattr("pronghorn.registry.entries", interrupt)
    ran = run("list")
    assert (ran.status, ran.err.strip()) == (130, "pronghorn: interrupted")


def test_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m pronghorn list --json | head -c 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("[", "")


@pytest.mark.parametrize("words", [["list"], ["list", "layers"], ["info", "relu"], ["plugins"]])
def test_output_to_a_pipe_has_no_control_characters(words):
    ran = subprocess.run(
        [sys.executable, "-m", "pronghorn", *words], capture_output=True, text=True, check=False
    )
    assert ran.stdout
    printed = ran.stdout + ran.stderr
    assert not [c for c in printed if ord(c) < 32 and c != "\n"]


class Commands:
    """A hook plugin that brings two commands."""

    @hooks.hookimpl
    def pronghorn_commands(self):
        @click.command()
        def greet():
            """Say hello."""
            click.echo("hello")

        return {"greet": greet, "absent": "not_there_at_all:run", "list": greet}


@pytest.fixture
def commands():
    name = hooks.register(Commands())
    yield
    hooks.unregister(name)


def test_command_of_a_hook_runs_and_is_listed(run, commands):
    assert run("greet").out == "hello\n"
    assert "\n  greet   local\n" in run("--help").out


def test_built_in_command_is_not_replaced(run, commands):
    assert "activations" in run("list").out


def test_broken_command_of_a_hook_breaks_only_itself(run, commands):
    assert "absent" in run("--help").out
    ran = run("absent")
    assert ran.status == 1
    assert "not_there_at_all" in ran.err


def test_two_packs_with_one_command_is_an_error_on_use(run, commands):
    name = hooks.register(Commands())
    try:
        assert "the command 'greet' is brought by local and local" in run("greet").err
    finally:
        hooks.unregister(name)


def test_summaries_of_commands_are_whole(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert "..." not in run("--help").out.partition("Commands:")[2]
