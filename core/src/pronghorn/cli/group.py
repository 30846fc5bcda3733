"""The commands by name: the built-in ones, and those that packs bring by a hook."""

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from pronghorn.errors import AmbiguousComponentError, BrokenPackError

BUILT_IN = {
    "demo": "pronghorn.cli.training:demo",
    "doctor": "pronghorn.cli.doctor:doctor",
    "evaluate": "pronghorn.cli.model:evaluate",
    "info": "pronghorn.cli.info:info",
    "install": "pronghorn.cli.install:install",
    "list": "pronghorn.cli.listing:list_components",
    "plugins": "pronghorn.cli.plugins:plugins",
    "predict": "pronghorn.cli.model:predict",
    "run": "pronghorn.cli.script:run_script",
    "summary": "pronghorn.cli.model:summary",
    "train": "pronghorn.cli.training:train",
    "uninstall": "pronghorn.cli.install:uninstall",
}

_debug = click.Option(
    ["--debug"], is_flag=True, expose_value=False, help="Show the traceback of an error."
)


class Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those of packs last."""
        return [*BUILT_IN, *_names_of_packs()]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Describe the built-in commands; of those of packs tell the pack, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, _import(BUILT_IN[name]).get_short_help_str(formatter.width - 16))
                    for name in BUILT_IN
                ]
            )
        brought = _of_packs()
        if names := _names_of_packs():
            with formatter.section("Commands of packs"):
                formatter.write_dl(
                    [(name, " and ".join(pack for pack, _ in brought[name])) for name in names]
                )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, packs being asked only where no built-in one has the name."""
        target = BUILT_IN.get(cmd_name)
        command = _import(target) if target else _of_pack(cmd_name)
        if command is not None and _debug not in command.params:
            command.params.append(_debug)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words start with; the nearest names where there is none."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pronghorn-core", prog_name="pronghorn")
def commands() -> None:
    """Train neural networks, and manage the packs that they are made of."""


commands.params.append(_debug)


def _of_packs() -> dict[str, list[tuple[str, Any]]]:
    """Pack and command for each name that packs bring."""
    from pronghorn.registry import manager

    found: dict[str, list[tuple[str, Any]]] = {}
    for pack, brought in manager.each("pronghorn_commands"):
        for name, command in brought.items():
            found.setdefault(name, []).append((pack.name if pack else "local", command))
    return found


def _names_of_packs() -> list[str]:
    return sorted(set(_of_packs()) - set(BUILT_IN))


def _of_pack(name: str) -> click.Command | None:
    brought = _of_packs().get(name, [])
    if not brought:
        return None
    if len(brought) > 1:
        sources = " and ".join(sorted(pack for pack, _ in brought))
        raise AmbiguousComponentError(
            f"the command {name!r} is brought by {sources}: name the one that you do not want in "
            f"PRONGHORN_DISABLE_PACKS"
        )
    pack, command = brought[0]
    return _import(command, pack) if isinstance(command, str) else command


def _import(target: str, pack: str = "pronghorn-core") -> click.Command:
    module, _, attribute = target.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:
        raise BrokenPackError(
            f"a command of pack {pack} cannot be imported from {target}: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(found, click.Command):
        raise BrokenPackError(f"{target} of pack {pack} is {type(found).__name__}, no command")
    return found
