"""LearningRateScheduler, ReduceLROnPlateau."""

from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn.callbacks import LearningRateScheduler, ReduceLROnPlateau


def rates(finished):
    return [logs["lr"] for logs in finished]


@pytest.mark.parametrize(
    ("patience", "cooldown", "expected"),
    [
        (2, 0, [0.01] * 4 + [0.005] * 2 + [0.0025] * 2),
        (0, 0, [0.01] * 2 + [0.005, 0.0025]),
        (1, 2, [0.01] * 3 + [0.005] * 3 + [0.0025] * 3),
    ],
)
def test_rates_for_a_value_that_never_moves(run, patience, cooldown, expected):
    plateau = ReduceLROnPlateau(factor=0.5, patience=patience, cooldown=cooldown)
    assert rates(run([plateau], [{"val_loss": 1.0}] * len(expected))) == pytest.approx(expected)


def test_a_large_epsilon_and_a_cooldown_reduce_once(run, model):
    model.optimizer.lr = 0.1
    plateau = ReduceLROnPlateau(factor=0.1, epsilon=10, patience=1, cooldown=5)
    run([plateau], [{"val_loss": value} for value in (5, 4, 3, 2, 1)])
    assert model.optimizer.lr == pytest.approx(0.01)


def test_a_value_that_gets_better_keeps_the_rate(run, model):
    plateau = ReduceLROnPlateau(factor=0.1, epsilon=0, patience=1, cooldown=5)
    run([plateau], [{"val_loss": value} for value in (5, 4, 3, 2, 1)])
    assert model.optimizer.lr == 0.01


def test_the_rate_never_falls_below_its_least(run, model):
    run([ReduceLROnPlateau(patience=0, min_lr=0.004)], [{"val_loss": 1.0}] * 6)
    assert model.optimizer.lr == 0.004


def test_accuracy_has_to_grow(run, model):
    plateau = ReduceLROnPlateau(monitor="val_acc", patience=0, factor=0.5)
    run([plateau], [{"val_acc": value} for value in (0.1, 0.2, 0.3, 0.2)])
    assert model.optimizer.lr == 0.005


def test_a_missing_value_is_a_warning_and_the_rate_is_still_logged(run, model):
    with pytest.warns(RuntimeWarning, match="ReduceLROnPlateau monitors 'val_loss'"):
        finished = run([ReduceLROnPlateau(patience=0)], [{"loss": 1.0}] * 2)
    assert rates(finished) == [0.01, 0.01]


def test_min_delta_is_epsilon():
    assert ReduceLROnPlateau(min_delta=0.5).epsilon == 0.5
    with pytest.raises(TypeError, match="twice"):
        ReduceLROnPlateau(min_delta=0.5, epsilon=0.5)


def test_a_factor_that_does_not_reduce_is_refused():
    with pytest.raises(ValueError, match="below 1"):
        ReduceLROnPlateau(factor=1.0)


def test_it_says_what_it_does(run, capsys):
    run([ReduceLROnPlateau(patience=0, verbose=1)], [{"val_loss": 1.0}] * 2)
    assert capsys.readouterr().out == "Epoch 00001: the learning rate is reduced to 0.001\n"


def test_a_schedule_sets_the_rate_of_each_epoch(run, model):
    run([LearningRateScheduler(lambda epoch: 1 / (1 + epoch))], [{}] * 5)
    assert model.optimizer.lr == pytest.approx(0.2)


def test_a_schedule_of_two_arguments_gets_the_present_rate(run, model):
    run([LearningRateScheduler(lambda epoch, lr: lr * 0.5)], [{}] * 3)
    assert model.optimizer.lr == pytest.approx(0.01 / 8)


@pytest.mark.parametrize("rate", [1, np.float32(0.5), np.float64(0.5), 0.5])
def test_any_number_is_a_rate(run, model, rate):
    run([LearningRateScheduler(lambda epoch, scale=1: rate)], [{}])
    assert model.optimizer.lr == float(rate)
    assert type(model.optimizer.lr) is float


@pytest.mark.parametrize("rate", [None, "0.1", True, [0.1]])
def test_anything_else_is_an_error(run, rate):
    with pytest.raises(ValueError, match="as a number"):
        run([LearningRateScheduler(lambda epoch: rate)], [{}])


def test_an_optimizer_without_a_rate_is_an_error(run, model):
    model.optimizer = SimpleNamespace()
    with pytest.raises(ValueError, match="has no learning rate"):
        run([LearningRateScheduler(lambda epoch: 0.1)], [{}])
