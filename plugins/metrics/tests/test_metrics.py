"""The official metrics against Keras 1's numbers and against NumPy."""

import golden
import numpy as np
import pytest

from pronghorn.components.metric import Metric


def is_metric(case):
    return case.info["kind"] == "metric"


@pytest.mark.parametrize("case", golden.cases("objectives", is_metric))
def test_equals_keras_1_in_float64(case):
    value = Metric.get(case.info["metric"])(case["y_true"], case["y_pred"])
    np.testing.assert_allclose(value, case["value"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("objectives", lambda c: is_metric(c) and len(c.tf)))
def test_equals_keras_1_on_tensorflow_in_float32(case):
    metric = Metric.get(case.info["metric"])
    value = metric(case["y_true"].astype("f"), case["y_pred"].astype("f"))
    np.testing.assert_allclose(value, case.tf["value"], **golden.TENSORFLOW)
