"""`load_model` and `load_weights`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pronghorn.components.custom import restoring_scope
from pronghorn.errors import ModelFileError
from pronghorn.files.formats import find_format

if TYPE_CHECKING:
    from pronghorn.files.reading import ModelFile
    from pronghorn.models.sequential import Sequential

# h5py is imported when a file is touched: making and training a model does not need it.


def load_model(
    path: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    compile: bool = True,  # noqa: A002 - Keras's name
) -> "Sequential":
    """The model that a file of Pronghorn, Keras 1 or 2, or legacy Keras 3 (.h5) holds.

    Names of classes and functions are looked up among the installed packs and in
    `custom_objects`; nothing is imported or run because the file says so. The structure of the
    file and every size that it declares are checked before they are believed.

    Args:
        path: the file.
        custom_objects: classes and functions by the names that the file uses, for this call only.
        safe_mode: whether functions stored as code (of Lambda layers) are refused.
        compile: whether to compile the model as it was and restore the optimizer's state. A
            model that was saved before `compile` is not compiled either way.

    Raises:
        ModelFileError: no such file, another kind of file, a damaged one, one that does not fit
            together, or components whose pack is not installed, with the command to install it.
    """
    other = find_format(path)
    if other is not None:
        model: Sequential = other.load(Path(path))
        return model
    from pronghorn.files.reading import blamed_on_file, open_model_file

    with open_model_file(path) as file, blamed_on_file(), restoring_scope(custom_objects):
        return _restore(file, safe_mode, compile)


def load_weights(model: "Sequential", path: str | os.PathLike[str], by_name: bool = False) -> None:
    """Set a model's weights from a file of weights or of a whole model; all of them or none.

    Args:
        model: the model; its layers have their weights already.
        path: the file.
        by_name: take the layers that both have by the same name, and leave the others alone.
            Otherwise layers with weights are taken in order, whatever their names.

    Raises:
        ModelFileError: as for `load_model`, or numbers or shapes of weights differ.
    """
    from pronghorn.files.matching import pair_by_name, pair_by_order, set_weights
    from pronghorn.files.reading import open_model_file

    with open_model_file(path) as file:
        pair = pair_by_name if by_name else pair_by_order
        set_weights(pair(model.flattened_layers, file.layers), file.origin)


def _restore(file: "ModelFile", safe_mode: bool, compiling: bool) -> "Sequential":
    from pronghorn.files.allocation import WeightBudget
    from pronghorn.files.building import build_model
    from pronghorn.files.matching import pair_by_order, set_weights
    from pronghorn.files.packs import check_packs
    from pronghorn.files.random_state import restore_random_state
    from pronghorn.files.translation import renamed_since

    if file.config is None:
        raise ModelFileError(
            "the file holds weights but no model: build the model and call load_weights(path)"
        )
    check_packs(file.packs, training=compiling)
    budget = WeightBudget({entry.name: [a.shape for a in entry.arrays] for entry in file.layers})
    config = renamed_since(file.origin.keras, file.config)
    model = build_model(config, safe_mode, budget=budget)
    set_weights(pair_by_order(model.flattened_layers, file.layers), file.origin)
    compiled = compiling and file.training is not None
    if compiled:
        _compile(model, file, safe_mode)
    restore_random_state(model, file.random, compiled)
    return model


def _compile(model: "Sequential", file: "ModelFile", safe_mode: bool) -> None:
    from pronghorn.files.optimizer_state import restore_state
    from pronghorn.files.plain import refuse_code
    from pronghorn.files.training import class_name, compile_arguments

    if safe_mode:
        refuse_code(file.training, "the compilation")
    model.compile(**compile_arguments(file.training))
    if file.optimizer is not None:
        name = class_name(file.training["optimizer_config"])
        restore_state(model, file.optimizer, file.origin, name)
    if file.iterations is not None and model.optimizer is not None:
        model.optimizer.iterations = int(file.iterations)
