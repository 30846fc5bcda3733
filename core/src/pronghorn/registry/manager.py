"""The pluggy manager: loads hook modules, each in isolation, and calls their hooks."""

import os
import re
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pluggy

from pronghorn import hooks
from pronghorn.errors import BrokenPackError, PackWarning
from pronghorn.registry import packs

CORE = (
    "pronghorn.registry.catalogue",
    "pronghorn.registry.class_names",
    "pronghorn.registry.local",
    "pronghorn.registry.models",
)
INTERNALS = (Path(__file__).parent, Path(pluggy.__file__).parent)
"""Folders whose lines tell nobody what is wrong with a pack."""
_LISTINGS: dict[str, Callable[[Any], Any]] = {
    "pronghorn_commands": dict,
    "pronghorn_components": tuple,
    "pronghorn_devices": dict,
    "pronghorn_model_formats": tuple,
}
"""What a hook's answer is turned into while its pack can still be blamed for it."""
_TARGET = re.compile(r"[\w.]+(:[\w.]+)?")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one pack: which part of it, and why."""

    pack: str
    version: str
    part: str
    cause: str
    trace: str = ""

    @classmethod
    def of(cls, pack: packs.Pack, part: str, error: BaseException) -> "Problem":
        """The problem that an error of a part of a pack is."""
        trace = "".join(traceback.format_exception(error))
        return cls(pack.name, pack.version, part, describe(error), trace)

    def __str__(self) -> str:
        return f"{self.pack} {self.version}: {self.part}: {self.cause}"


_problems: dict[tuple[str, str], Problem] = {}
_origins: dict[str, packs.Pack] = {}
_made_in_code: dict[str, object] = {}


@cache
def manager() -> pluggy.PluginManager:
    """The plugin manager with the hook modules of all enabled packs."""
    plugins = pluggy.PluginManager(hooks.PROJECT)
    plugins.add_hookspecs(hooks)
    for name in CORE:
        plugins.register(import_module(name), name)
    if os.environ.get("PRONGHORN_TRACE_HOOKS", "0") not in ("", "0"):
        plugins.add_hookcall_monitoring(_before_call, _after_call)
    for pack in packs.enabled():
        for line in pack.hook_modules():
            _load_hook_module(plugins, pack, line)
    for name, plugin in _made_in_code.items():
        plugins.register(plugin, name)
    return plugins


def forget() -> None:
    """Load the hook modules of packs anew at the next question; those made in code stay."""
    manager.cache_clear()
    _problems.clear()
    _origins.clear()


def register(plugin: object, name: str | None = None) -> str:
    """Add a hook module or object made in code; an unknown hook in it is an error.

    Returns its name, which `unregister` takes.
    """
    registered = name or f"{type(plugin).__name__}-{id(plugin)}"
    _admit(manager(), plugin, registered)
    _made_in_code[registered] = plugin
    return registered


def unregister(name: str) -> None:
    """Take out a hook module by the name that `register` returned."""
    del _made_in_code[name]
    manager().unregister(name=name)


def problems() -> list[Problem]:
    """What has been found wrong with packs so far in this process, by pack."""
    unreadable = [
        Problem(pack.name, pack.version, "metadata", pack.problem)
        for pack in packs.installed()
        if pack.problem
    ]
    return sorted([*unreadable, *_problems.values()], key=lambda problem: problem.pack)


def each(hook: str, **arguments: Any) -> Iterator[tuple[packs.Pack | None, Any]]:
    """Call a listing hook one plugin at a time, so that a failing one costs only itself.

    Yields the pack (None for the core and what was registered in code) and the result.
    """
    plugins = manager()
    implementing = [impl.plugin for impl in getattr(plugins.hook, hook).get_hookimpls()]
    for plugin in implementing:
        pack = _origins.get(plugins.get_name(plugin) or "")
        others = [other for other in plugins.get_plugins() if other is not plugin]
        try:
            answers = plugins.subset_hook_caller(hook, others)(**arguments)
            results = [_LISTINGS[hook](a) for a in answers] if hook in _LISTINGS else answers
        except Exception as error:
            if pack is None:
                raise
            report(pack, hook, error)
        else:
            yield from ((pack, result) for result in results)


def load_target(target: str) -> Any:
    """Import what `"module:attribute"` or `"module"` names."""
    if not _TARGET.fullmatch(target):
        raise BrokenPackError(f'{target!r} is not of the form "module:attribute"')
    module, _, attributes = target.partition(":")
    thing: Any = import_module(module)
    for attribute in filter(None, attributes.split(".")):
        thing = getattr(thing, attribute)
    return thing


def describe(error: BaseException) -> str:
    """An error in one line: its class, its message, and the place where it was raised."""
    text = " ".join(str(error).split())
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__
        and "importlib" not in frame.filename
        and Path(frame.filename).parent not in INTERNALS
    ]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{place}"


def brief(error: BaseException) -> str:
    """An error in a line that is read at a glance: its class and how its message begins."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text if len(text) <= 100 else f'{text[:97]}...'}"


def report(pack: packs.Pack, part: str, error: BaseException) -> Problem:
    """Record that a part of a pack is broken and warn once; raise if the user asked for that."""
    if raise_errors():
        raise error
    problem = Problem.of(pack, part, error)
    if (pack.name, part) not in _problems:
        _problems[pack.name, part] = problem
        warnings.warn(
            f"pack {pack.name} {pack.version}: {part}: {brief(error)} (left out; `pronghorn "
            "plugins` tells more)",
            PackWarning,
            stacklevel=2,
        )
    return problem


def raise_errors() -> bool:
    """Whether errors of packs are raised as they are, for whoever debugs a pack."""
    return os.environ.get("PRONGHORN_RAISE_PACK_ERRORS", "0") not in ("", "0")


def _load_hook_module(
    plugins: pluggy.PluginManager, pack: packs.Pack, line: packs.Declaration
) -> None:
    name = f"{pack.name}:{line.name}"
    try:
        _admit(plugins, load_target(line.target), name)
    except (Exception, SystemExit) as error:
        report(pack, line.target, error)
    else:
        _origins[name] = pack


def _admit(plugins: pluggy.PluginManager, plugin: object, name: str) -> None:
    """Register a plugin whole or not at all."""
    if plugins.has_plugin(name) or plugins.is_registered(plugin):
        raise ValueError(f"the hook module {name!r} is registered already")
    try:
        plugins.register(plugin, name)
        plugins.check_pending()
        _check_marks(plugin)
    except Exception:
        plugins.unregister(name=name)
        raise


def _check_marks(plugin: object) -> None:
    """A function named like a hook but not marked would silently never be called."""
    for name, thing in vars(plugin).items():
        forgotten = isinstance(thing, types.FunctionType) and not hasattr(thing, "pronghorn_impl")
        if forgotten and name.startswith("pronghorn_") and thing.__module__ != hooks.__name__:
            raise BrokenPackError(f"{name} is not marked with @pronghorn.hooks.hookimpl")


def _before_call(name: str, impls: Any, arguments: Any) -> None:
    shown = ", ".join(f"{key}={_brief(value)}" for key, value in arguments.items())
    who = ", ".join(impl.plugin_name for impl in impls) or "nobody"
    print(f"hook {name}({shown}) -> {who}", file=sys.stderr)


def _after_call(outcome: Any, name: str, impls: Any, arguments: Any) -> None:
    if outcome.exception is not None:
        print(f"hook {name} raised {describe(outcome.exception)}", file=sys.stderr)


def _brief(value: Any) -> str:
    """A value in a trace: short things whole, arrays and models by their class."""
    if isinstance(value, str | int | float | None):
        return repr(value)
    return f"<{type(value).__name__}>"
