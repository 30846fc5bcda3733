"""`pronghorn demo` and `pronghorn train`: whole experiments."""

from pathlib import Path

import click

Folder = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Train on handwritten digits, in seconds.")
@click.option(
    "-o", "--output", type=Folder, default="pronghorn-demo", show_default=True,
    help="Folder for the model file and the pictures.",
)  # fmt: skip
def demo(output: Path) -> None:
    """Train on real handwritten digits, in seconds; leave a model and pictures."""
    from pronghorn import experiments

    click.echo(experiments.demo(output).text)


@click.command()
@click.argument("experiment", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=Folder, help="Folder for the results.")
def train(experiment: Path, output: Path | None) -> None:
    """Train the model that a file EXPERIMENT.toml describes."""
    from pronghorn import experiments

    click.echo(experiments.train(experiment, output).text)
