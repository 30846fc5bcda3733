"""EarlyStopping, TerminateOnNaN."""

import warnings
from pathlib import Path

import pytest

from pronghorn.callbacks import EarlyStopping, TerminateOnNaN


def losses(*values):
    return [{"val_loss": value} for value in values]


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_patience_plus_one_bad_epochs_in_a_row_stop_training(run, patience):
    stopper = EarlyStopping(patience=patience)
    finished = run([stopper], losses(1.0, 0.5, *[0.6] * 10))
    assert len(finished) == 2 + patience + 1
    assert stopper.stopped_epoch == len(finished) - 1


def test_a_good_epoch_brings_patience_back(run):
    finished = run([EarlyStopping(patience=1)], losses(5, 6, 4, 6, 3, 6, 2))
    assert len(finished) == 7


def test_min_delta_is_how_much_better_counts(run):
    assert len(run([EarlyStopping(min_delta=0.1)], losses(1.0, 0.95, 0.5))) == 2
    assert len(run([EarlyStopping(min_delta=-0.1)], losses(1.0, 1.05, 0.5))) == 3


@pytest.mark.parametrize(
    ("monitor", "mode", "epochs"),
    [("val_acc", "auto", 4), ("val_acc", "min", 2), ("val_loss", "auto", 2), ("val_loss", "max", 4),
     ("val_fmeasure", "auto", 4), ("precision", "auto", 4)],
)  # fmt: skip
def test_direction_goes_by_mode_and_name(run, monitor, mode, epochs):
    growing = [{monitor: value} for value in (0.1, 0.2, 0.3, 0.4)]
    assert len(run([EarlyStopping(monitor=monitor, mode=mode)], growing)) == epochs


def test_nan_is_no_improvement(run):
    nan = float("nan")
    assert len(run([EarlyStopping(patience=1)], losses(nan, nan, 1.0))) == 2


def test_the_instance_can_be_used_again(run):
    stopper = EarlyStopping(patience=2)
    assert len(run([stopper], losses(0.1, 1, 1, 1, 1))) == 4
    assert len(run([stopper], losses(0.5, 1, 1, 1, 1))) == 4


def test_best_weights_come_back(run, model):
    stopper = EarlyStopping(patience=1, restore_best_weights=True)
    run([stopper], losses(3.0, 1.0, 2.0, 2.0, 0.0))
    assert model.weights == 2
    assert stopper.best_epoch == 1


def test_best_weights_come_back_when_all_epochs_are_used(run, model):
    run([EarlyStopping(patience=9, restore_best_weights=True)], losses(3.0, 1.0, 2.0))
    assert model.weights == 2


def test_weights_stay_as_they_are_unless_asked(run, model):
    run([EarlyStopping()], losses(1.0, 2.0))
    assert model.weights == 2


def test_baseline_has_to_be_beaten(run, model):
    stopper = EarlyStopping(patience=1, baseline=0.5, restore_best_weights=True)
    assert len(run([stopper], losses(0.9, 0.8, 0.7, 0.1))) == 2
    assert model.weights == 2
    assert len(run([EarlyStopping(patience=1, baseline=0.5)], losses(0.9, 0.4, 0.6, 0.6))) == 4


def test_a_missing_value_is_a_warning_that_helps(run):
    with pytest.warns(RuntimeWarning, match=r"monitors 'val_loss'.*validation_split") as caught:
        finished = run([EarlyStopping()], [{"loss": 1.0}] * 2)
    assert len(finished) == 2
    assert len(caught) == 2
    assert all(Path(warning.filename).parent.name == "tests" for warning in caught)


def test_an_unknown_mode_is_a_warning_and_auto(run):
    with pytest.warns(RuntimeWarning, match="'sideways' is unknown"):
        stopper = EarlyStopping(mode="sideways")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(run([stopper], losses(1.0, 2.0, 3.0))) == 2


def test_it_says_that_it_stopped(run, capsys):
    run([EarlyStopping(verbose=1, restore_best_weights=True)], losses(1.0, 2.0))
    assert capsys.readouterr().out == (
        "Epoch 00001: early stopping\nThe weights of epoch 00000 are restored\n"
    )


def test_it_is_silent_when_training_ran_to_its_end(run, capsys):
    run([EarlyStopping(verbose=1, patience=5)], losses(1.0, 2.0))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_that_is_not_finite_stops_training_and_names_the_layer(run, model, loss):
    model.nonfinite = "the output of layer 'dense_2'"
    guard = TerminateOnNaN()
    with pytest.warns(RuntimeWarning, match=r"at batch 1 of epoch 0.*'dense_2'"):
        finished = run([guard], [{}] * 3, [(4, {"loss": 1.0}), (4, {"loss": loss})])
    assert len(finished) == 1
    assert guard.place == "the output of layer 'dense_2'"


def test_finite_layers_point_at_the_targets(run, model):
    with pytest.warns(RuntimeWarning, match="look at the targets"):
        run([TerminateOnNaN()], [{}], [(4, {"loss": float("nan")})])


def test_finite_losses_go_on(run):
    assert len(run([TerminateOnNaN()], [{}] * 3, [(4, {"loss": 1e30})])) == 3
