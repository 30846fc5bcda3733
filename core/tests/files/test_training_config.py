"""What a model was compiled with, as every Keras generation stores it."""

import pytest

from pronghorn.errors import ConfigError
from pronghorn.files.training import compile_arguments, make_optimizer, translate_loss


def training(**changes):
    plain = {
        "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.25}},
        "loss": "mse",
        "metrics": ["accuracy"],
        "sample_weight_mode": None,
        "loss_weights": None,
    }
    return {**plain, **changes}


def test_keras_1():
    found = compile_arguments(training(sample_weight_mode="temporal", loss_weights=[2.0]))
    assert type(found.pop("optimizer")).__name__ == "SGD"
    assert found == {
        "loss": "mse",
        "metrics": ["accuracy"],
        "sample_weight_mode": "temporal",
        "loss_weights": [2.0],
    }


def test_optimizer_of_keras_3():
    config = {
        "name": "adam",
        "learning_rate": 0.5,
        "weight_decay": None,
        "clipnorm": None,
        "global_clipnorm": 3.0,
        "clipvalue": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": 100,
        "loss_scale_factor": None,
        "gradient_accumulation_steps": None,
        "beta_1": 0.8,
        "beta_2": 0.9,
        "epsilon": 1e-7,
        "amsgrad": False,
    }
    made = make_optimizer({"class_name": "Custom>Adam", "config": config})
    assert made.get_config() == {
        "lr": 0.5,
        "beta_1": 0.8,
        "beta_2": 0.9,
        "epsilon": 1e-7,
        "decay": 0.0,
        "clipnorm": 3.0,
    }


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"amsgrad": True}, "optimizer 'Adam' has amsgrad=True, which Pronghorn's has not"),
        ({"use_ema": True}, "optimizer 'Adam' has use_ema=True"),
        ({"weight_decay": 0.1}, "optimizer 'Adam' has weight_decay=0.1"),
        ({"learning_rate": {"class_name": "Mine"}}, "no schedule of learning rates 'Mine'; there"),
        ({"clipnorm": 1.0, "global_clipnorm": None}, "clipnorm of each weight by itself"),
    ],
)
def test_optimizer_settings_that_matter_and_are_not_known(setting, message):
    with pytest.raises(ConfigError, match=message):
        make_optimizer({"class_name": "Adam", "config": setting})


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (None, []),
        (["mae", "accuracy"], ["mae", "accuracy"]),
        ({"out": ["mae"]}, ["mae"]),
        (
            [
                [
                    {
                        "class_name": "MeanMetricWrapper",
                        "config": {"name": "mae", "fn": "mean_absolute_error"},
                    }
                ]
            ],
            ["mean_absolute_error"],
        ),
        (
            [
                {
                    "class_name": "MeanMetricWrapper",
                    "config": {"name": "acc", "fn": "binary_accuracy"},
                }
            ],
            ["accuracy"],
        ),
        (
            [
                {
                    "module": "keras.metrics",
                    "class_name": "TopKCategoricalAccuracy",
                    "config": {"k": 3},
                }
            ],
            [{"name": "top_k_categorical_accuracy", "config": {"k": 3}}],
        ),
    ],
)
def test_metrics(metrics, expected):
    assert compile_arguments(training(metrics=metrics))["metrics"] == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", "mse"),
        (["mse"], ["mse"]),
        ({"out": "mse"}, {"out": "mse"}),
        ({"module": "builtins", "class_name": "function", "config": "my_loss"}, "my_loss"),
        (
            {
                "class_name": "CategoricalCrossentropy",
                "config": {
                    "name": "c",
                    "reduction": "sum_over_batch_size",
                    "from_logits": False,
                    "label_smoothing": 0.0,
                    "axis": -1,
                },
            },
            "categorical_crossentropy",
        ),
        ({"class_name": "KLDivergence", "config": {}}, "kl_divergence"),
        (
            {"class_name": "Huber", "config": {"delta": 2.0}},
            {"name": "huber", "config": {"delta": 2.0}},
        ),
    ],
)
def test_losses(loss, expected):
    assert translate_loss(loss) == expected


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ([], "names no optimizer"),
        ({"loss": "mse"}, "names no optimizer"),
        (training(optimizer_config={"class_name": "SGD"}), "optimizer 'SGD' has no configuration"),
        (training(weighted_metrics=["mae"]), "weighted_metrics"),
    ],
)
def test_what_is_no_training_configuration(config, message):
    with pytest.raises(ConfigError, match=message):
        compile_arguments(config)
