"""`pronghorn summary`, `evaluate` and `predict`: model files and data files."""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pronghorn.cli.table import columns
from pronghorn.errors import DatasetError

if TYPE_CHECKING:
    from pronghorn.files.arrays import Array

File = click.Path(exists=True, dir_okay=False, path_type=Path)
batch_size = click.option(
    "--batch-size", type=click.IntRange(min=1), default=128, show_default=True, metavar="N"
)
device = click.option("--device", help="Where to compute: cpu, cuda.")


@click.command()
@click.argument("model", type=File)
def summary(model: Path) -> None:
    """Print the layers of a MODEL file, their shapes and parameters."""
    _load(model, None).summary()


@click.command()
@click.argument("model", type=File)
@click.argument("data", type=File)
@click.argument("targets", type=File, required=False)
@batch_size
@device
def evaluate(
    model: Path, data: Path, targets: Path | None, batch_size: int, device: str | None
) -> None:
    """Print loss and metrics of a MODEL file on DATA.

    DATA and TARGETS are .npy, .npz or .csv files. Without TARGETS, DATA is an .npz with arrays x
    and y, or a .csv whose last column is the target. For a model with several inputs, DATA is an
    .npz with an array for each.
    """
    from pronghorn.experiments.data import as_targets
    from pronghorn.files.arrays import read_pairs, read_several, read_targets

    loaded = _load(model, device)
    names = loaded.input_names
    x: Any
    if len(names) == 1:
        x, y = read_pairs(data, targets)
    else:
        x, y = read_several(data, names), read_targets(targets or data)
    scores = loaded.evaluate(
        _as_input(x, loaded), as_targets(y, loaded), batch_size=batch_size, verbose=0
    )
    values = scores if isinstance(scores, list) else [scores]
    rows = [(n, f"{v:.6g}") for n, v in zip(loaded.metrics_names, values, strict=True)]
    rows.append(("samples", str(len(y))))
    if targets is None and data.suffix.lower() == ".csv":
        rows.append(("targets", f"the last column of {data.name}"))
    click.echo(columns(rows))


@click.command(short_help="Write what a MODEL file predicts for DATA.")
@click.argument("model", type=File)
@click.argument("data", type=File)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="Where to write the predictions: .npy, .npz or .csv.",
)  # fmt: skip
@click.option("--classes", is_flag=True, help="Write class numbers instead of the outputs.")
@click.option("--key", metavar="NAME", help="The array in an .npz; by default x, or the only one.")
@batch_size
@device
def predict(
    model: Path,
    data: Path,
    output: Path,
    classes: bool,
    key: str | None,
    batch_size: int,
    device: str | None,
) -> None:
    """Write what a MODEL file predicts for DATA, an .npy, .npz or .csv file.

    For a model with several inputs, DATA is an .npz with an array for each.
    """
    from pronghorn.files.arrays import check_suffix, read_inputs, read_several, write_array

    check_suffix(output)
    loaded = _load(model, device)
    names = loaded.input_names
    x: Any
    if len(names) == 1:
        x = read_inputs(data, key)
        _check_columns(data, x, loaded)
    elif key is not None:
        raise DatasetError(f"--key picks one array, but the model takes {len(names)} inputs")
    else:
        x = read_several(data, names)
    compute = loaded.predict_classes if classes else loaded.predict
    predicted = compute(_as_input(x, loaded), batch_size=batch_size, verbose=0)
    write_array(output, predicted)
    click.echo(f"{output}: {' x '.join(map(str, predicted.shape))} {predicted.dtype}")


def _load(path: Path, device: str | None) -> Any:
    from pronghorn.models import load_model

    model = load_model(path)
    return model if device is None else model.to(device)


def _check_columns(path: Path, x: "Array", model: Any) -> None:
    """Raise DatasetError for a table that has the targets in it, too."""
    shape = model.input_shape[1:]
    if path.suffix.lower() == ".csv" and None not in shape and x.shape[1] == prod(shape) + 1:
        raise DatasetError(
            f"{path} has {x.shape[1]} columns, but the model takes {prod(shape)} numbers for each "
            "sample: if the last column is the target, leave it out"
        )


def _as_input(x: Any, model: Any) -> Any:
    """Samples in the shape that the model takes, or a list of them for a list of inputs."""
    if not isinstance(x, list):
        return _shaped(x, model.input_shape[1:])
    pairs = zip(x, model.input_shape, strict=True)
    return [_shaped(part, shape[1:]) for part, shape in pairs]


def _shaped(x: "Array", shape: Any) -> "Array":
    """Samples in a shape, where they have just as many numbers.

    So rows of a table are images to a model of images, and images are rows to one of rows.
    """
    if None in shape or prod(x.shape[1:]) != prod(shape):
        return x
    return x.reshape(len(x), *shape)
