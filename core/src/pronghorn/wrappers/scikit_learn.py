"""Models as estimators of scikit-learn, under Keras 1's names.

They work where scikit-learn's own do: `clone`, `Pipeline`, `cross_val_score`, `GridSearchCV`.
Needs scikit-learn, which `pip install pronghorn-core[sklearn]` brings.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from pronghorn.components.objective import Objective
from pronghorn.components.spelling import accepted_arguments
from pronghorn.models.compiled import only
from pronghorn.models.sequential import Sequential
from pronghorn.utils.np_utils import to_categorical

TEXTS = "OSU"
"""Kinds of dtype whose elements are names of classes."""

METHODS = (Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate)


class KerasEstimator(BaseEstimator):  # type: ignore[misc]
    """What the classifier and the regressor have in common.

    Args:
        build_fn: a function, or an object that can be called, which gives a compiled `Sequential`;
            None if a subclass has a `__call__` that does.
        sk_params: arguments of `build_fn`, and of the model's `fit`, `predict` and `evaluate`.

    Attributes:
        model: the model, once `fit` has made and trained it.
    """

    model: Any

    def __init__(self, build_fn: Callable[..., Sequential] | None = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params: dict[str, Any] = {}
        self.set_params(**sk_params)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """What the estimator was made with."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Self:
        """Change arguments; ValueError names one that nothing takes."""
        build_fn = params.pop("build_fn", self.build_fn)
        known = _parameters(_builder(self, build_fn))
        for name in params:
            if name not in known and not any(accepted_arguments(f, {name: 0}) for f in METHODS):
                raise ValueError(f"{name!r} is no argument of build_fn, fit, predict or evaluate")
        self.build_fn = build_fn
        self.sk_params.update(params)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Build a new model and train it; returns its `History`.

        `kwargs` are arguments of `Sequential.fit`; they go before those of the constructor.
        """
        builder = _builder(self, self.build_fn)
        taken = _parameters(builder) & self.sk_params.keys()
        self.model = builder(**{name: self.sk_params[name] for name in taken})
        return self.model.fit(x, self._target(np.asarray(y)), **self._given(Sequential.fit, kwargs))

    def _target(self, y: np.ndarray) -> np.ndarray:
        """The targets as the model's loss wants them."""
        return y

    def _given(self, method: Callable[..., Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments for a method of the model: `kwargs`, then those of the constructor."""
        return {**accepted_arguments(method, self.sk_params), **_canonical(method, kwargs)}

    def _evaluate(self, x: Any, y: Any, kwargs: Mapping[str, Any]) -> dict[str, float]:
        """The loss and the metrics by their names."""
        given = self._given(Sequential.evaluate, kwargs)
        found = self.model.evaluate(x, self._target(np.asarray(y)), **{"verbose": 0, **given})
        return dict(zip(self.model.metrics_names, np.atleast_1d(found).tolist(), strict=True))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")


class KerasClassifier(ClassifierMixin, KerasEstimator):  # type: ignore[misc]
    """A classifier. Labels are class numbers, rows with a 1 for the class, or texts.

    Attributes:
        classes_: the class of each column of `predict_proba`.
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Build a new model and train it; returns its `History`.

        x (samples, ...); y (samples,) or (samples, classes).
        """
        labels = np.asarray(y)
        if labels.dtype.kind in TEXTS:
            self.classes_ = np.unique(labels)
        history = super().fit(x, y, **kwargs)
        if labels.dtype.kind not in TEXTS:
            self.classes_ = np.arange(max(self.model.output_shape[-1], 2))
        return history

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The most probable class of each sample, (samples,)."""
        given = self._given(Sequential.predict_classes, kwargs)
        chosen: np.ndarray = self.classes_[self.model.predict_classes(x, **given).ravel()]
        return chosen

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of each class, (samples, classes); two columns for one output."""
        p: np.ndarray = self.model.predict(x, **self._given(Sequential.predict, kwargs))
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The accuracy; ValueError if the model was compiled without it."""
        found = self._evaluate(x, y, kwargs)
        if "acc" not in found:
            raise ValueError('compile the model with metrics=["accuracy"] to have it scored')
        return found["acc"]

    def _target(self, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind in TEXTS:
            y = np.searchsorted(self.classes_, y)
        if y.ndim != 2 and Objective.get(only(self.model.loss)).name == "categorical_crossentropy":
            return to_categorical(y, self.model.output_shape[-1])
        return y


class KerasRegressor(RegressorMixin, KerasEstimator):  # type: ignore[misc]
    """A regressor. Targets are (samples,) or (samples, outputs)."""

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The outputs, (samples,) or (samples, outputs)."""
        y: np.ndarray = self.model.predict(x, **self._given(Sequential.predict, kwargs))
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The negative loss, so that greater is better, as scikit-learn wants it."""
        return -self._evaluate(x, y, kwargs)["loss"]


def _builder(estimator: KerasEstimator, build_fn: Any) -> Callable[..., Any]:
    """What makes the estimator's model."""
    build: Any = estimator if build_fn is None else build_fn
    if not callable(build):
        raise TypeError(
            f"build_fn must be a function that gives a compiled Sequential, not {build!r}; or give "
            "the class a __call__ that does"
        )
    return build  # type: ignore[no-any-return]


def _parameters(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(signature(function).parameters)


def _canonical(method: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    taken = accepted_arguments(method, given)
    if len(taken) < len(given):
        unknown = next(name for name in given if not accepted_arguments(method, {name: 0}))
        known = ", ".join(list(signature(method).parameters)[1:])
        raise TypeError(f"{method.__name__}() takes no {unknown!r}; it takes {known}")
    return taken
