"""`pronghorn install` and `uninstall`: packs in this environment, by uv or pip.

Nothing here imports a pack or loads a hook module, so both work while a pack is broken.
"""

import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pronghorn.registry import packs


@click.command(short_help="Install packs, given as for pip.")
@click.argument("requirements", nargs=-1)
@click.option("-U", "--upgrade", is_flag=True, help="Upgrade to the newest version.")
@click.option("-e", "--editable", multiple=True, type=click.Path(), help="A pack's folder.")
@click.option(
    "-r", "--requirement", "files", multiple=True, type=click.Path(exists=True, dir_okay=False),
    help="A file of requirements, as `pronghorn plugins --requirements` prints it.",
)  # fmt: skip
def install(
    requirements: tuple[str, ...], upgrade: bool, editable: tuple[str, ...], files: tuple[str, ...]
) -> None:
    """Install packs, given as for pip: names, versions, wheels, folders."""
    if not (requirements or editable or files):
        raise click.UsageError("Say which packs to install.")
    before = set(packs.installed())
    options = ["--upgrade"] if upgrade else []
    options += [part for folder in editable for part in ("--editable", folder)]
    options += [part for file in files for part in ("--requirement", file)]
    _run([*installer(), "install", *_for_uv(["--python", sys.executable]), *options, *requirements])
    _tell_new(before)


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def uninstall(names: tuple[str, ...], yes: bool) -> None:
    """Uninstall packs; those of Pronghorn itself are protected."""
    wanted = [packs.normalize(name) for name in names]
    known = {pack.name for pack in packs.installed()}
    for name in wanted:
        _check_removable(name, known)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Uninstall {', '.join(wanted)}?", abort=True)
    if _uv():
        _run([*installer(), "uninstall", "--python", sys.executable, *wanted])
    else:
        _run([*installer(), "uninstall", "--yes", *wanted])


def installer() -> list[str]:
    """The command that installs into this environment: uv's pip if there is uv, else pip."""
    if _uv():
        return [_uv(), "pip"]
    if importlib.util.find_spec("pip") is None:
        raise click.ClickException("Neither uv nor pip is here: run `python -m ensurepip` first.")
    return [sys.executable, "-m", "pip"]


def _uv() -> str:
    return shutil.which("uv") or ""


def _for_uv(options: list[str]) -> list[str]:
    return options if _uv() else []


def _run(command: Sequence[str]) -> None:
    status = subprocess.run(command, check=False).returncode
    if status:
        shown = " ".join([Path(command[0]).name, *command[1:3]])
        raise click.ClickException(f"{shown} failed with status {status}; its output says why.")


def _check_removable(name: str, known: set[str]) -> None:
    if name in packs.OFFICIAL:
        raise click.ClickException(
            f"{name} is part of Pronghorn and is not uninstalled by this command; "
            f"`pip uninstall {name}` does it, and what needs it stops working."
        )
    if name not in known:
        others = sorted(known - packs.OFFICIAL)
        listed = f"packs are {', '.join(others)}" if others else "no other packs are installed"
        raise click.ClickException(f"{name} is not an installed pack; {listed}.")


def _tell_new(before: set[packs.Pack]) -> None:
    """Say what the new packs bring."""
    importlib.invalidate_caches()
    packs.forget()
    for pack in packs.installed():
        if pack in before:
            continue
        names = sorted({line.name for line in pack.declarations if line.kind})
        click.echo(f"{pack.name} {pack.version}: {', '.join(names) or 'hooks'}")
