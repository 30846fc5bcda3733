"""The official optimizers against Keras 1's trajectories and against their formulas."""

import golden
import numpy as np
import pytest

from pronghorn.components.context import EagerContext
from pronghorn.components.optimizer import Optimizer


class Descent:
    """Parameters in one flat buffer, as a model keeps them, and the optimizer that moves them."""

    def __init__(self, optimizer, *initial, dtype=np.float64):
        self.optimizer = Optimizer.get(optimizer)
        self.ctx = EagerContext("cpu", dtype)
        self.shapes = [np.shape(p) for p in initial]
        self.params = np.concatenate([np.ravel(p) for p in initial]).astype(dtype)
        self.slots = [np.zeros_like(self.params) for _ in self.optimizer.slots]

    def step(self, *gradients):
        flat = np.concatenate([np.ravel(g) for g in gradients]).astype(self.params.dtype)
        scalars = self.optimizer.scalars(self.optimizer.iterations)
        hyper = np.array([*scalars.values(), 0.0], self.params.dtype)
        self.optimizer.record(self.ctx, self.params, flat, self.slots, hyper)
        self.optimizer.iterations += 1
        return self.split(self.params.copy())

    def split(self, flat):
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        parts = np.split(flat, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def state(self):
        arrays = [part for slot in self.slots for part in self.split(slot)]
        counter = [np.array(self.optimizer.iterations)] if self.optimizer.saves_iterations else []
        return [*counter, *arrays]


def unconstrained(case):
    return case.info["constraint_on_p0"] is None


def descend(case, dtype):
    descent = Descent(
        Optimizer.get({"name": case.info["optimizer"], "config": case.info["kwargs"]}),
        case["p0_init"],
        case["p1_init"],
        dtype=dtype,
    )
    path = [descent.step(*g) for g in zip(case["grads0"], case["grads1"], strict=True)]
    return descent, [np.array([p[k] for p in path]) for k in range(2)]


@pytest.mark.parametrize("case", golden.cases("optimizers", unconstrained))
def test_equals_keras_1_in_float64(case):
    descent, (p0, p1) = descend(case, np.float64)
    np.testing.assert_allclose(p0, case["p0"], **golden.EXACT)
    np.testing.assert_allclose(p1, case["p1"], **golden.EXACT)
    state = case.numbered("state")
    assert len(descent.state()) == len(state)
    for made, expected in zip(descent.state(), state, strict=True):
        np.testing.assert_allclose(made, expected, **golden.EXACT)
