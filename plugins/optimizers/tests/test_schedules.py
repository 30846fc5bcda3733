"""Schedules of learning rates: their formulas, and that models follow, save and load them."""

import math

import numpy as np
import pytest

from pronghorn.callbacks import ReduceLROnPlateau
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model
from pronghorn.optimizers import SGD, Adam, Nadam, schedules

X, Y = np.ones((8, 1)), np.zeros((8, 1))


@pytest.mark.parametrize(
    ("made", "rates"),
    [
        (schedules.ExponentialDecay(1.0, 2, 0.25), {0: 1.0, 1: 0.5, 4: 0.0625}),
        (schedules.ExponentialDecay(1.0, 2, 0.25, staircase=True), {1: 1.0, 3: 0.25}),
        (schedules.InverseTimeDecay(1.0, 2, 3.0), {0: 1.0, 2: 0.25}),
        (schedules.PolynomialDecay(1.0, 10, 0.5, power=2.0), {0: 1.0, 5: 0.625, 99: 0.5}),
        (schedules.PolynomialDecay(1.0, 10, 0.0, cycle=True), {5: 0.5, 10: 0.0, 15: 0.25}),
        (schedules.PiecewiseConstantDecay([2, 4], [3.0, 2.0, 1.0]), {0: 3.0, 2: 3.0, 4: 2.0, 5: 1}),
        (schedules.CosineDecay(1.0, 4, alpha=0.1), {0: 1.0, 2: 0.55, 9: 0.1}),
        (
            schedules.CosineDecay(0.0, 4, warmup_target=1.0, warmup_steps=2),
            {0: 0.0, 1: 0.5, 2: 1.0, 3: 0.5 + math.sqrt(0.125), 6: 0.0},
        ),
    ],
)
def test_rates(made, rates):
    again = schedules.deserialize(schedules.serialize(made))
    for schedule in (made, again):
        found = [schedule(step) for step in rates]
        np.testing.assert_allclose(found, list(rates.values()), atol=1e-15)


def test_a_model_follows_it_and_so_does_its_file(tmp_path):
    schedule = schedules.PiecewiseConstantDecay([1], [0.1, 0.0])
    model = Sequential([Dense(1, input_dim=1, init="one")])
    model.compile(SGD(learning_rate=schedule), "mse")
    model.save(tmp_path / "m.h5")
    for trained in (model, load_model(tmp_path / "m.h5")):
        weights = []
        for _ in range(4):
            trained.train_on_batch(X, Y)
            weights.append(trained.get_weights()[0].item())
        assert len(set(weights)) == 2, "updates 0 and 1 are made, those after have the rate 0"
        assert trained.optimizer.learning_rate == 0.0
        assert trained.optimizer.iterations == 4


def test_every_rule_takes_it():
    assert [made.scalars(1)["lr"] for made in (SGD(lr=schedules.CosineDecay(1.0, 2)),)] == [0.5]
    fixed, scheduled = Nadam(0.5), Nadam(schedules.CosineDecay(1.0, 2))
    assert scheduled.scalars(1) == pytest.approx(fixed.scalars(1))


def test_a_callback_reads_its_value_and_may_replace_it():
    model = Sequential([Dense(1, input_dim=1, init="zero")])
    model.compile(Adam(schedules.ExponentialDecay(0.5, 1, 0.5)), "mse")
    callback = ReduceLROnPlateau("loss", factor=0.5, patience=0)
    history = model.fit(X, Y, batch_size=8, nb_epoch=2, verbose=0, callbacks=[callback]).history
    assert history["lr"][0] == 0.25
    assert isinstance(model.optimizer.lr, float)


def test_it_is_no_number():
    with pytest.raises(TypeError, match=r"optimizer\.learning_rate is its value now"):
        float(schedules.CosineDecay(1.0, 2))
    with pytest.raises(ValueError, match="2 boundaries lie between 3 values, but 2 are given"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
