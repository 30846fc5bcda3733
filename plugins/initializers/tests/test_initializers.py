"""The official initializers against the statistics of Keras 1's draws, and their contracts."""

import golden
import numpy as np
import pytest

from pronghorn import initializers, registry
from pronghorn.components.initializer import Initializer, fans

DRAWS = 60


def draws(case):
    made = Initializer.get(case.info["initializer"]).configured(**case.info["kwargs"])
    rng = np.random.default_rng(7)
    shape, ordering = tuple(case.info["shape"]), case.info["dim_ordering"]
    return np.array([made(shape, rng, ordering) for _ in range(DRAWS)])


def fails(case):
    return "expected_error" in case.info


@pytest.mark.parametrize("case", golden.cases("initializers", lambda case: not fails(case)))
def test_has_the_statistics_of_keras_1(case):
    sample = draws(case)
    std, count = float(case["std"]), int(case["count"])
    # Both are estimates from samples: five times the error of each is allowed.
    error = 5 * np.sqrt(2 / min(count, sample.size))
    assert sample.mean() == pytest.approx(float(case["mean"]), abs=error * std + 1e-12)
    assert sample.std() == pytest.approx(std, rel=error, abs=1e-12)
    low, high = float(case["min"]), float(case["max"])
    if std and float(case["kurtosis"]) < 2:  # uniform: the limits are sharp
        limit = std * 3**0.5
        assert abs(sample).max() <= max(-low, high) * 1.05
        assert abs(sample).max() >= 0.9 * limit
    if std:
        centred = sample - sample.mean()
        kurtosis = (centred**4).mean() / sample.var() ** 2
        assert kurtosis == pytest.approx(float(case["kurtosis"]), rel=0.2)


@pytest.mark.parametrize("case", golden.cases("initializers", lambda c: not fails(c)))
def test_fans_are_those_of_keras_1(case):
    found = fans(tuple(case.info["shape"]), case.info["dim_ordering"])
    assert found == pytest.approx((case.info["fan_in"], case.info["fan_out"]))


@pytest.mark.parametrize("case", golden.cases("initializers", fails))
def test_refuses_what_keras_1_refuses(case):
    with pytest.raises(ValueError, match=r"is for (square )?matrices"):
        draws(case)


@pytest.mark.parametrize(
    "case", golden.cases("initializers", lambda c: "singular_values" in c and not fails(c))
)
def test_orthogonal_has_the_singular_values_of_keras_1(case):
    made = draws(case)[0]
    values = np.linalg.svd(made.reshape(made.shape[0], -1), compute_uv=False)
    np.testing.assert_allclose(values, case["singular_values"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("initializers", lambda c: "value" in c))
def test_identity_equals_keras_1(case):
    np.testing.assert_allclose(draws(case)[0], case["value"], **golden.EXACT)


@pytest.mark.parametrize("name", [e.identifier for e in registry.entries("initializers")])
def test_same_generator_gives_the_same_numbers(name):
    made = Initializer.get(name)
    first = made((5, 5), np.random.default_rng(1))
    again = made((5, 5), np.random.default_rng(1))
    assert first.shape == (5, 5)
    np.testing.assert_array_equal(first, again)


def test_numpy_seed_repeats_numbers_without_a_generator():
    glorot = Initializer.get("glorot_uniform")
    np.random.seed(3)
    first, second = glorot((4, 4)), glorot((4, 4))
    np.random.seed(3)
    np.testing.assert_array_equal(glorot((4, 4)), first)
    assert (first != second).any()


def test_added_ones():
    rng = np.random.default_rng(0)
    assert Initializer.get("lecun_normal")((400, 300), rng).std() == pytest.approx(0.05, rel=0.02)
    truncated = Initializer.get("truncated_normal")((400, 300), rng)
    assert abs(truncated).max() <= 0.1
    assert truncated.std() == pytest.approx(0.05 * 0.8796, rel=0.02)
    assert (Initializer.get({"name": "constant", "config": {"value": 3.0}})((2,)) == 3).all()


def test_textbook_limits_of_a_th_kernel():
    glorot = Initializer.get("glorot_uniform")
    kernel = glorot((25, 25, 2, 2), np.random.default_rng(0), "th")
    assert abs(kernel).max() == pytest.approx((6 / 200) ** 0.5, rel=0.01)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("zeros", "zero"),
        ("ones", "one"),
        ("random_uniform", "uniform"),
        ("random_normal", "normal"),
    ],
)
def test_aliases(alias, name):
    assert Initializer.get(alias) is Initializer.get(name)


def test_configuration_round_trip():
    made = Initializer.get("normal").configured(scale=0.2)
    assert made.to_identifier() == {"name": "normal", "config": {"scale": 0.2}}
    assert Initializer.get(made.to_identifier()).get_config() == {"scale": 0.2}
    assert Initializer.get("normal").to_identifier() == "normal"
    with pytest.raises(TypeError, match="normal has no option 'spread'; its options: scale"):
        made.configured(spread=1)


def test_functions_of_keras_1_scripts():
    def my_init(shape, name=None):
        return np.full(shape, 0.5 if name is None else 0)

    made = Initializer.get(my_init)
    assert (made((2, 3)) == 0.5).all()
    assert made.to_identifier() == "my_init"


def test_function_that_gives_another_shape():
    def wrong(shape):
        return np.zeros(3)

    with pytest.raises(ValueError, match=r"'wrong' gave an array of shape \(3,\).*\(2, 2\)"):
        Initializer.get(wrong)((2, 2))


def test_function_with_an_option_without_default():
    def wrong(shape, spread):
        return np.zeros(shape)

    with pytest.raises(TypeError, match=r"wrong\(shape, spread\) should take \(shape\)"):
        Initializer.get(wrong)


def test_functions_of_keras_1_pass_a_name_on():
    normal = Initializer.get("normal")
    own = Initializer.get(lambda shape, name=None: normal(shape, scale=0.001, name=name))
    drawn = own((200, 50), np.random.default_rng(0))
    assert abs(drawn.std() / 0.001 - 1) < 0.05


@pytest.mark.parametrize(
    ("config", "deviation"),
    [
        ({}, (1 / 300) ** 0.5),
        ({"scale": 2.0, "mode": "fan_avg", "distribution": "uniform"}, (2 / 200) ** 0.5),
        ({"mode": "fan_out"}, (1 / 100) ** 0.5),
    ],
)
def test_variance_scaling_has_the_variance_of_its_fan(config, deviation):
    drawn = Initializer.get({"name": "VarianceScaling", "config": config})((300, 100))
    assert abs(drawn.std() / deviation - 1) < 0.03
    assert abs(drawn.mean()) < 0.05 * deviation
    with pytest.raises(ValueError, match="mode is one of fan_in, fan_out, fan_avg"):
        Initializer.get("variance_scaling")((2, 2), mode="fan")


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("RandomNormal", {"mean": 1.0, "stddev": 0.1}, ("normal", {"mean": 1.0, "scale": 0.1})),
        ("RandomUniform", {"minval": 0.0}, ("uniform", {"minval": 0.0})),
        ("TruncatedNormal", {"stddev": 0.2}, ("truncated_normal", {"scale": 0.2})),
        ("Orthogonal", {"gain": 1.0}, ("orthogonal", {"scale": 1.0})),
        ("Identity", {"gain": 0.5}, ("identity", {"scale": 0.5})),
        ("GlorotUniform", {"seed": 3}, ("glorot_uniform", {"seed": 3})),
        ("HeNormal", {}, ("he_normal", {})),
        ("Constant", {"value": 2.0}, ("constant", {"value": 2.0})),
        ("Zeros", {}, ("zero", {})),
    ],
)
def test_classes_of_keras_2_are_the_functions_with_options(name, options, expected):
    called = getattr(initializers, name)(**options)
    looked_up = Initializer.get({"class_name": name, "config": options})
    for made in (called, looked_up):
        assert (made.name, made.get_config()) == expected


def test_a_seed_makes_the_numbers_the_same_always():
    drawn = [Initializer.get({"name": "normal", "config": {"seed": s}})((3, 2)) for s in (1, 1, 2)]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_limits_and_means():
    drawn = Initializer.get("uniform")((1000,), minval=0.2, maxval=0.3)
    assert drawn.min() > 0.2
    assert drawn.max() < 0.3
    assert abs(Initializer.get("normal")((1000,), mean=2.0, scale=0.1).mean() - 2.0) < 0.02


def test_the_only_option_may_stand_without_its_name():
    assert initializers.Constant(0.25)((2,)).tolist() == [0.25, 0.25]
    with pytest.raises(TypeError, match="normal takes a shape, or its options by name: scale"):
        initializers.RandomNormal(0.0, 0.05)
