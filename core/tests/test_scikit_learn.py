"""The wrappers for scikit-learn, used as scikit-learn's own estimators are."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pronghorn.layers import Dense
from pronghorn.models import Sequential
from pronghorn.wrappers.scikit_learn import KerasClassifier, KerasRegressor

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4)).astype("f")
CLASSES = X[:, :3].argmax(axis=1)
NUMBERS = X @ [1.0, -2.0, 0.5, 0.0]


def classifier(width=8, loss="categorical_crossentropy", outputs=3):
    last = "sigmoid" if outputs == 1 else "softmax"
    layers = [Dense(width, input_dim=4, activation="tanh"), Dense(outputs, activation=last)]
    model = Sequential(layers, seed=0)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def regressor(width=8):
    model = Sequential([Dense(width, input_dim=4, activation="tanh"), Dense(1)], seed=0)
    model.compile("adam", "mse")
    return model


def options(**more):
    return {"nb_epoch": 60, "batch_size": 4, "verbose": 0, **more}


@pytest.mark.parametrize(
    "labels",
    [CLASSES, np.array(["red", "green", "blue"])[CLASSES], np.eye(3)[CLASSES]],
    ids=["numbers", "texts", "one-hot"],
)
def test_a_classifier_learns(labels):
    estimator = KerasClassifier(classifier, **options())
    history = estimator.fit(X, labels)
    assert len(history.history["loss"]) == 60
    found = estimator.predict(X)
    expected = labels.argmax(1) if labels.ndim == 2 else labels
    assert found.shape == (60,)
    assert found.dtype.kind == expected.dtype.kind
    assert (found == expected).mean() > 0.8
    np.testing.assert_allclose(estimator.score(X, labels), (found == expected).mean(), atol=1e-6)
    probabilities = estimator.predict_proba(X)
    np.testing.assert_array_equal(estimator.classes_[probabilities.argmax(axis=1)], found)


def test_one_output_has_two_probabilities():
    estimator = KerasClassifier(classifier, **options(loss="binary_crossentropy", outputs=1))
    truth = (CLASSES == 0).astype(int)
    estimator.fit(X, truth)
    p = estimator.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(estimator.predict(X), (p[:, 1] > 0.5).astype(int))
    assert estimator.score(X, truth) > 0.8


def test_a_regressor_learns_and_greater_scores_are_better():
    estimator = KerasRegressor(regressor, **options())
    first = KerasRegressor(regressor, **options(nb_epoch=1))
    estimator.fit(X, NUMBERS)
    first.fit(X, NUMBERS)
    assert estimator.predict(X).shape == (60,)
    expected = -np.mean((estimator.predict(X) - NUMBERS) ** 2)
    np.testing.assert_allclose(estimator.score(X, NUMBERS), expected, rtol=1e-4)
    assert estimator.score(X, NUMBERS) > first.score(X, NUMBERS)


def test_scikit_learn_sees_what_they_are():
    estimator = KerasClassifier(classifier, width=5, nb_epoch=2)
    assert is_classifier(estimator)
    assert is_regressor(KerasRegressor(regressor))
    copied = clone(estimator)
    assert copied is not estimator
    assert copied.get_params() == {"build_fn": classifier, "width": 5, "nb_epoch": 2}
    assert copied.set_params(width=6).get_params()["width"] == 6
    assert "KerasClassifier" in repr(estimator)


def test_a_grid_search_finds_the_better_settings():
    search = GridSearchCV(
        KerasClassifier(classifier, batch_size=4, verbose=0),
        {"width": [1, 8], "nb_epoch": [1, 60]},
        cv=2,
    )
    search.fit(X, CLASSES)
    assert search.best_params_ == {"width": 8, "nb_epoch": 60}
    assert search.best_estimator_.model.layers[0].output_dim == 8
    scored = cross_val_score(
        KerasClassifier(classifier, **options()), X, CLASSES, cv=2, scoring="neg_log_loss"
    )
    assert (scored > np.log(1 / 3)).all()


def test_in_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), KerasRegressor(regressor, **options()))
    pipeline.fit(100 * X + 7, NUMBERS)
    assert np.corrcoef(pipeline.predict(100 * X + 7), NUMBERS)[0, 1] > 0.8


def test_a_subclass_may_make_the_model_itself():
    class Own(KerasRegressor):
        def __call__(self, width):
            return regressor(width)

    estimator = Own(width=3, **options(nb_epoch=1))
    estimator.fit(X, NUMBERS)
    assert estimator.model.layers[0].output_dim == 3
    assert clone(estimator).get_params()["width"] == 3


def test_arguments_of_a_call_go_first_and_may_be_spelled_newly():
    estimator = KerasRegressor(regressor, epochs=5, verbose=0)
    assert len(estimator.fit(X, NUMBERS).epoch) == 5
    assert len(estimator.fit(X, NUMBERS, nb_epoch=2).epoch) == 2
    with pytest.raises(TypeError, match=r"fit\(\) takes no 'depth'; it takes x, y, batch_size"):
        estimator.fit(X, NUMBERS, depth=2)


def test_mistakes():
    with pytest.raises(ValueError, match="'depth' is no argument of build_fn, fit"):
        KerasClassifier(classifier, depth=3)
    with pytest.raises(ValueError, match="'depth' is no argument"):
        KerasClassifier(classifier).set_params(depth=3)
    with pytest.raises(TypeError, match="build_fn must be a function that gives a compiled"):
        KerasClassifier(3)
    with pytest.raises(TypeError, match="or give the class a __call__"):
        KerasClassifier()

    def without_accuracy():
        model = classifier()
        model.compile("adam", "categorical_crossentropy")
        return model

    estimator = KerasClassifier(without_accuracy, **options(nb_epoch=1))
    estimator.fit(X, CLASSES)
    with pytest.raises(ValueError, match=r'metrics=\["accuracy"\]'):
        estimator.score(X, CLASSES)
