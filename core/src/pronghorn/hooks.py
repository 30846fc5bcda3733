"""The hooks: what a pack can change about how Pronghorn behaves.

A pack names a hook module in its `pyproject.toml`:

    [project.entry-points."pronghorn"]
    acme = "acme_pronghorn.hooks"

and implements any of the functions below in it, marked and with any subset of the arguments:

    from pronghorn.hooks import hookimpl

    @hookimpl
    def pronghorn_epoch_end(model, epoch, logs):
        print(epoch, logs["loss"])

Hook modules are imported when the first hook is called, by `pronghorn list` too: keep the import
of heavy packages inside functions. A hook module that cannot be imported, or that implements a
hook unknown here, is left out with a `PackWarning`; `pronghorn plugins` says why. Arguments are
only ever added to a hook. `PRONGHORN_TRACE_HOOKS=1` prints every call to stderr.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pluggy import HookimplMarker, HookspecMarker, PluginManager

if TYPE_CHECKING:
    import click

    from pronghorn.registry import Entry

PROJECT = "pronghorn"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


def manager() -> PluginManager:
    """The plugin manager with the hook modules of all packs; `manager().hook.<name>(...)` calls."""
    from pronghorn.registry.manager import manager

    return manager()


def register(plugin: object, name: str | None = None) -> str:
    """Add a hook module, class instance or namespace made in code, as in a script or a test.

    Returns its name. Raises pluggy's PluginValidationError for a hook that is not specified here
    or takes other arguments.
    """
    from pronghorn.registry.manager import register

    return register(plugin, name)


def unregister(name: str) -> None:
    """Take out what `register` added, by the name that it returned."""
    from pronghorn.registry.manager import unregister

    unregister(name)


class ModelFormat(Protocol):
    """A file format for whole models, chosen by the ending of the file name."""

    name: str
    suffixes: tuple[str, ...]

    def save(self, model: Any, path: Path) -> None:
        """Write the model: architecture, weights and, if it is compiled, its training state."""

    def load(self, path: Path) -> Any:
        """Read a model; runs no code from the file and resolves names by the registry only."""


@hookspec
def pronghorn_components() -> "Iterable[Entry]":
    """Components to list beside those that packs declare as entry points.

    For components that are made in code, such as one per file of a folder. `Entry.pack` and
    `Entry.version` may stay empty: they become those of the pack that implements the hook.
    Called when the registry is first read and again after a miss.
    """
    return ()


@hookspec
def pronghorn_resolve(kind: str, identifier: str) -> Any:
    """The component that an identifier means by a rule, or None if the rule does not apply.

    Called only where no component has the identifier, with the kind in the plural
    (`"activations"`); the first result that is not None is taken. It may be whatever a component
    of that kind may be: an instance, a class, a plain function.
    """


@hookspec
def pronghorn_devices() -> "Mapping[str, Callable[[], Any]]":
    """Devices by name: each value is called once, at first use, and returns the device.

    The names `cpu` and `cuda` belong to the core.
    """
    return {}


@hookspec
def pronghorn_model_formats() -> Iterable[ModelFormat]:
    """Further file formats for `model.save` and `load_model`.

    The endings `.h5` and `.hdf5` belong to the core.
    """
    return ()


@hookspec
def pronghorn_commands() -> "Mapping[str, click.Command | str]":
    """Further commands of the command line, by name.

    A string `"module:attribute"` is imported only when its command runs. The names of built-in
    commands are not replaced.
    """
    return {}


@hookspec
def pronghorn_train_begin(model: Any) -> None:
    """Training starts; the model is compiled and on its device."""


@hookspec
def pronghorn_train_end(model: Any) -> None:
    """Training has ended, by its last epoch or by `model.stop_training`."""


@hookspec
def pronghorn_epoch_begin(model: Any, epoch: int) -> None:
    """A training epoch starts; epochs count from 0."""


@hookspec
def pronghorn_epoch_end(model: Any, epoch: int, logs: Mapping[str, float]) -> None:
    """An epoch has ended; `logs` holds the means of loss and metrics, `val_` ones included."""


@hookspec
def pronghorn_batch_begin(model: Any, batch: int) -> None:
    """A training batch starts; batches count from 0 in each epoch."""


@hookspec
def pronghorn_batch_end(model: Any, batch: int, logs: Mapping[str, float]) -> None:
    """A training batch has ended and the weights are updated."""


@hookspec
def pronghorn_gradients_ready(model: Any, gradients: Any) -> None:
    """The gradients of a batch are complete and not yet clipped or applied.

    `gradients` is one flat array on the model's device, in the order of the flat parameters, to
    be changed in place: a pack for distributed training averages it here.
    """
