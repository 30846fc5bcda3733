"""Bad input is refused with a message that says what was given, what fits and what to do."""

import re

import numpy as np
import pytest

from pronghorn.callbacks import EarlyStopping
from pronghorn.errors import NotCompiledError, ShapeError, UnknownComponentError
from pronghorn.layers import Activation, Dense, Dropout, Flatten, Masking, Permute, Reshape
from pronghorn.models import Sequential

X = np.zeros((6, 4), "f")
Y = np.eye(3, dtype="f")[[0, 1, 2, 0, 1, 2]]


@pytest.fixture
def model():
    made = Sequential([Dense(3, activation="softmax", input_dim=4, name="out")], seed=1)
    made.compile("sgd", "categorical_crossentropy")
    return made


def refused(error, message):
    return pytest.raises(error, match=re.escape(message))


def test_input_of_another_shape(model):
    with refused(ShapeError, "layer 'out' takes shape (None, 4), but the array has shape (6, 5)"):
        model.fit(np.zeros((6, 5)), Y, verbose=0)
    with refused(ShapeError, "Error when checking model input"):
        model.predict(np.zeros((6, 4, 2)))


def test_target_of_another_shape(model):
    with refused(ShapeError, "takes targets of shape (None, 3), but the array has shape (6, 2)"):
        model.train_on_batch(X, Y[:, :2])


def test_class_numbers_for_one_hot_targets_name_the_cure(model):
    with refused(ShapeError, "to_categorical"):
        model.train_on_batch(X, np.array([0, 1, 2, 0, 1, 2]))


def test_targets_of_another_length(model):
    with refused(ShapeError, "x has 6, y has 5"):
        model.fit(X, Y[:5], verbose=0)


def test_text_is_not_numbers(model):
    with refused(TypeError, "x must be an array of numbers, but it holds text"):
        model.predict(np.array([["a"] * 4]))
    with refused(TypeError, "y must be an array of numbers, but it holds objects"):
        model.train_on_batch(X, np.array([[None] * 3] * 6))


def test_rows_of_different_lengths(model):
    with refused(ShapeError, "x must be an array, but its rows have different lengths"):
        model.predict([[1.0, 2.0], [1.0]])


def test_a_single_sample_is_told_what_it_lacks(model):
    with refused(ShapeError, "the array has shape (4,); for a single sample give x[None]"):
        model.predict(X[0])


@pytest.mark.parametrize(
    ("takes", "given", "cure"),
    [
        ((5, 6, 1), (2, 5, 6), "give x[..., None]"),
        ((5, 6, 3), (2, 3, 5, 6), "its channels come first: give np.moveaxis(x, 1, -1)"),
        ((3, 5, 6), (2, 5, 6, 3), "its channels come last: give np.moveaxis(x, -1, 1)"),
        ((30,), (2, 5, 6), "give x.reshape(len(x), -1)"),
    ],
)
def test_input_that_another_layout_would_fit(takes, given, cure):
    with refused(ShapeError, f"takes shape {(None, *takes)}, but the array has shape {given}; "):
        Sequential([Activation("relu", input_shape=takes)]).predict(np.zeros(given))
    with refused(ShapeError, cure):
        Sequential([Activation("relu", input_shape=takes)]).predict(np.zeros(given))


@pytest.mark.parametrize("shape", [{"input_dim": (4,)}, {"input_shape": (4, 2.5)}])
def test_what_is_no_shape(shape):
    with refused(ShapeError, "is no shape: give whole numbers, such as input_shape=(784,)"):
        Sequential([Dense(3, **shape)])


def test_labels_with_nan_name_the_rows(model):
    bad = Y.copy()
    bad[2, 1] = np.nan
    with refused(ValueError, "the targets have NaN in 1 of 6 rows (rows 2)"):
        model.fit(X, bad, verbose=0)


def test_no_samples(model):
    with refused(ShapeError, "no samples"):
        model.predict(X[:0])


@pytest.mark.parametrize("size", [0, -1, 2.5, True])
def test_batch_size_must_be_a_positive_whole_number(model, size):
    with refused(ValueError, f"batch_size must be a positive whole number, got {size!r}"):
        model.fit(X, Y, batch_size=size, verbose=0)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"nb_epoch": -1}, "nb_epoch must be a whole number from 0 on, got -1"),
        ({"nb_epoch": "3"}, "nb_epoch must be a whole number from 0 on, got '3'"),
        ({"shuffle": "bathc"}, "shuffle must be True, False or 'batch', got 'bathc'"),
        ({"verbose": 7}, "verbose must be 0 (silent)"),
        ({"validation_split": 1.5}, "validation_split must be at least 0 and below 1, got 1.5"),
        ({"validation_split": -0.2}, "validation_split must be at least 0 and below 1, got -0.2"),
    ],
)
def test_arguments_of_fit_out_of_range(model, argument, message):
    with refused(ValueError, message):
        model.fit(X, Y, **{"verbose": 0, **argument})


def test_misspelt_arguments_name_the_nearest(model):
    with refused(TypeError, "fit() has no argument 'nb_epochs'; did you mean 'nb_epoch'?"):
        model.fit(X, Y, nb_epochs=3)
    with refused(TypeError, "compile() has no argument 'optimzer'; did you mean 'optimizer'?"):
        model.compile(optimzer="sgd", loss="mse")


def test_lists_that_are_none(model):
    with refused(TypeError, "callbacks must be a list, as in callbacks=["):
        model.fit(X, Y, verbose=0, callbacks=EarlyStopping())
    with refused(TypeError, "layers must be a list, as in Sequential(["):
        Sequential(Dense(3, input_dim=4))


@pytest.mark.parametrize("arrays", [(None, Y), (X, None)])
def test_data_that_are_none(model, arrays):
    with refused(TypeError, "must be an array of numbers, not None"):
        model.train_on_batch(*arrays)


def test_one_hot_rows_where_class_numbers_are_wanted(model):
    model.compile("sgd", "sparse_categorical_crossentropy")
    with refused(ShapeError, "You are passing one-hot rows: use categorical_crossentropy"):
        model.train_on_batch(X, Y)


def test_one_output_is_no_choice_of_classes():
    model = Sequential([Dense(1, input_dim=4, activation="sigmoid")])
    model.compile("sgd", "categorical_crossentropy")
    with refused(ShapeError, "use binary_crossentropy, with the activation sigmoid"):
        model.train_on_batch(X, Y[:, :1])


def test_a_missing_flatten():
    model = Sequential([Dense(3, input_shape=(5, 4))])
    model.compile("sgd", "mse")
    with refused(ShapeError, "takes targets of shape (None, 5, 3), but the array has shape (6, 3)"):
        model.train_on_batch(np.zeros((6, 5, 4)), Y)
    with refused(ShapeError, "a Flatten or pooling layer may be missing before"):
        model.train_on_batch(np.zeros((6, 5, 4)), Y)


def test_sample_weight_of_another_shape(model):
    with refused(ShapeError, "sample_weight must have shape (6,), got (5,)"):
        model.train_on_batch(X, Y, sample_weight=np.ones(5))


def test_class_weight_must_be_a_whole_dictionary(model):
    with refused(KeyError, "class_weight has no weight for class 2"):
        model.train_on_batch(X, Y, class_weight={0: 1.0, 1: 1.0})
    with refused(TypeError, "class_weight must be a dictionary"):
        model.train_on_batch(X, Y, class_weight=[1.0, 1.0, 1.0])


def test_validation_data_has_two_or_three_parts(model):
    with refused(ValueError, "validation_data must be (x, y)"):
        model.fit(X, Y, validation_data=(X,), verbose=0)


def test_training_before_compile():
    model = Sequential([Dense(1, input_dim=2)])
    for call in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with refused(NotCompiledError, "call compile(optimizer, loss)"):
            call(np.zeros((1, 2)), np.zeros((1, 1)))


def test_a_changed_model_must_be_compiled_again(model):
    model.add(Dense(2))
    with refused(NotCompiledError, "not compiled"):
        model.train_on_batch(X, Y[:, :2])


def test_unknown_identifiers_name_the_nearest(model):
    with refused(UnknownComponentError, "relu"):
        Dense(3, activation="rleu", input_dim=4)
    with refused(UnknownComponentError, "adam"):
        model.compile("adma", "mse")
    with refused(UnknownComponentError, "mean_squared_error"):
        model.compile("sgd", "mean_square_error")
    with refused(UnknownComponentError, "'acuracy'. Did you mean 'accuracy', "):
        model.compile("sgd", "mse", metrics=["acuracy"])
    with refused(UnknownComponentError, "no metric 'hindge'. Did you mean 'hinge'"):
        model.compile("sgd", "mse", metrics=["hindge"])
    with refused(UnknownComponentError, "'GlorotUnifrm'. Did you mean 'glorot_uniform'"):
        Dense(3, init="GlorotUnifrm")


def test_metrics_must_be_a_list(model):
    with refused(TypeError, "metrics must be a list, as in metrics=['mse']"):
        model.compile("sgd", "mse", metrics="mse")


def test_the_first_layer_needs_a_shape():
    with refused(ShapeError, "give 'act' (Activation) an input_shape"):
        Sequential([Activation("relu", name="act")])


def test_only_layers_are_added():
    with refused(TypeError, "add() takes a layer, got 'Dense'"):
        Sequential().add("Dense")
    with refused(TypeError, "make one first"):
        Sequential().add(Dense)


def test_layers_are_not_shared_and_names_are_unique():
    layer = Dense(4, input_dim=4, name="one")
    model = Sequential([layer])
    with refused(ValueError, "layers cannot be shared"):
        model.add(layer)
    with refused(ValueError, "names are unique"):
        model.add(Dense(4, name="one"))


def test_unknown_arguments_name_the_known_ones():
    with refused(TypeError, "Dense does not understand 'q'; it takes W_constraint,"):
        Dense(3, q=3)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("bias_initialiser", "bias_initializer"),
        ("unit", "units"),
        ("activaton", "activation"),
        ("inputshape", "input_shape"),
        ("kernel_regulariser", "kernel_regularizer"),
    ],
)
def test_unknown_arguments_name_the_nearest_in_any_spelling(given, meant):
    with refused(TypeError, f"Dense does not understand {given!r} (did you mean {meant!r}?);"):
        Dense(3, **{given: 3})


def test_a_mask_reaching_a_layer_that_takes_none():
    with refused(ValueError, "does not support masks"):
        Sequential([Masking(input_shape=(5, 4)), Flatten()])


def test_weights_of_another_shape_change_nothing(model):
    before = model.get_weights()
    with refused(ShapeError, "has shape (4, 3), but the array for it has shape (3, 4)"):
        model.set_weights([np.ones((3, 4)), np.ones(3)])
    with refused(ShapeError, "2 weights, but 1 arrays"):
        model.set_weights([np.ones((4, 3))])
    with refused(ShapeError, "has shape (3,), but the array for it has shape (4,)"):
        model.layers[0].set_weights([np.ones((4, 3)), np.ones(4)])
    for array, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_arguments_of_layers():
    with refused(ValueError, "output_dim must be a positive whole number, got 0"):
        Dense(0)
    with refused(ValueError, "at least 0 and below 1, got 1.5"):
        Dropout(1.5)
    with refused(ValueError, "dims must hold each of 1 to 2 once, got (1, 3)"):
        Permute((1, 3))
    with refused(ValueError, "target_shape may have one -1"):
        Reshape((-1, -1))


def test_shapes_that_cannot_follow():
    with refused(ShapeError, "takes inputs of 3 or more axes"):
        Sequential([Flatten(input_shape=(4,))])
    with refused(ShapeError, "12 elements, which do not fit target_shape (5, 2)"):
        Sequential([Reshape((5, 2), input_shape=(12,))])
    with refused(ShapeError, "must be known"):
        Sequential([Flatten(input_shape=(None, 4))])


def test_get_layer(model):
    assert model.get_layer("out") is model.get_layer(index=0)
    with refused(ValueError, "the model has no layer 'in'; it has out"):
        model.get_layer("in")
    with refused(ValueError, "there is no index 3"):
        model.get_layer(index=3)


def test_an_empty_model():
    model = Sequential()
    with refused(TypeError, "the model has no layers"):
        model.compile("sgd", "mse")
    with refused(TypeError, "no layers to pop"):
        model.pop()


@pytest.mark.parametrize("label", [3, -1, 0.5, 2.5, float("inf")])
def test_labels_that_are_no_classes(model, label):
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = np.array([0, 1, 2, 0, 1, label])
    with refused(ValueError, f"the targets have the label {label!r}, but"):
        model.train_on_batch(X, labels)
    with refused(ValueError, "takes whole numbers from 0 to 2, as the model has 3 outputs"):
        model.fit(X, labels.reshape(-1, 1), verbose=0)
    model.train_on_batch(X, np.array([0, 1, 2, 0, 1, 2], "uint8"))


def test_a_softmax_over_one_output_is_warned_of():
    made = Sequential([Dense(1, input_dim=4), Activation("softmax")])
    with pytest.warns(RuntimeWarning, match="one output, whose softmax is always 1.*use sigmoid"):
        made.compile("sgd", "binary_crossentropy")
