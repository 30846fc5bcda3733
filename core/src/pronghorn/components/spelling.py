"""The one table of Keras 2/3 argument names, each an alias of the Keras 1 name.

An alias counts only where the component has the Keras 1 argument and none of its own by the
alias's name. Where one new name stands for different old ones, the first that fits is meant.
"""

import inspect
from collections.abc import Callable, Container, Iterable, Mapping
from difflib import get_close_matches
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ALIASES: dict[str, tuple[str, ...]] = {
    "units": ("output_dim",),
    "filters": ("nb_filter",),
    "kernel_initializer": ("init",),
    "embeddings_initializer": ("init",),
    "alpha_initializer": ("init",),
    "recurrent_initializer": ("inner_init",),
    "bias_initializer": ("b_init",),
    "recurrent_activation": ("inner_activation",),
    "kernel_regularizer": ("W_regularizer",),
    "embeddings_regularizer": ("W_regularizer",),
    "recurrent_regularizer": ("U_regularizer",),
    "bias_regularizer": ("b_regularizer",),
    "kernel_constraint": ("W_constraint",),
    "embeddings_constraint": ("W_constraint",),
    "bias_constraint": ("b_constraint",),
    "use_bias": ("bias",),
    "kernel_size": ("filter_length", "nb_row", "kernel_dim1"),
    "strides": ("subsample", "subsample_length", "stride"),
    "padding": ("border_mode",),
    "data_format": ("dim_ordering",),
    "dilation_rate": ("atrous_rate",),
    "pool_size": ("pool_length",),
    "size": ("length",),
    "rate": ("p",),
    "stddev": ("sigma", "scale"),
    "gain": ("scale",),
    "dropout": ("dropout_W",),
    "recurrent_dropout": ("dropout_U",),
    "implementation": ("consume_less",),
    "unit_forget_bias": ("forget_bias_init",),
    "beta_initializer": ("beta_init",),
    "gamma_initializer": ("gamma_init",),
    "batch_shape": ("batch_input_shape",),
    "dtype": ("input_dtype",),
    "learning_rate": ("lr",),
    "negative_slope": ("alpha",),
    "max_value": ("m", "high"),
    "min_value": ("low",),
    "min_delta": ("epsilon",),
    "l1": ("l",),
    "l2": ("l",),
    "thresholds": ("threshold",),
    "on_train_batch_begin": ("on_batch_begin",),
    "on_train_batch_end": ("on_batch_end",),
    "X": ("x",),
    "epochs": ("nb_epoch",),
    "max_queue_size": ("max_q_size",),
    "workers": ("nb_worker",),
    "use_multiprocessing": ("pickle_safe",),
    "num_classes": ("nb_classes",),
    "num_words": ("nb_words",),
}

ONLY: dict[str, str] = {
    "embeddings_initializer": "Embedding",
    "embeddings_regularizer": "Embedding",
    "embeddings_constraint": "Embedding",
    "alpha_initializer": "PReLU",
    "min_delta": "ReduceLROnPlateau",
}
"""Aliases that one class alone has, though others have the Keras 1 name too."""

NEUTRAL: dict[str, tuple[Any, ...]] = {
    "amsgrad": (False,),
    "beta_constraint": (None,),
    "bias_constraint": (None,),
    "center": (True,),
    "data_format": ("channels_last", None),
    "dilation_rate": (1, [1], [1, 1], [1, 1, 1], (1,), (1, 1), (1, 1, 1)),
    "gamma_constraint": (None,),
    "groups": (1,),
    "implementation": (1,),
    "interpolation": ("nearest",),
    "jit_compile": (None, False, "auto"),
    "kernel_constraint": (None,),
    "moving_mean_initializer": ("zeros",),
    "moving_variance_initializer": ("ones",),
    "recurrent_constraint": (None,),
    "run_eagerly": (None, False),
    "save_freq": ("epoch",),
    "scale": (True,),
    "start_from_epoch": (0,),
    "steps_per_execution": (None, 1),
    "use_bias": (True,),
    "validation_batch_size": (None,),
    "validation_freq": (1,),
    "weight_decay": (None,),
    "weighted_metrics": (None, []),
}
"""Values of arguments of Keras 2 and 3 that mean what is done without them: they are left out."""

VALUES: dict[str, Callable[[Any], Any]] = {
    "data_format": lambda v: {"channels_last": "tf", "channels_first": "th", None: "default"}[v],
    "implementation": lambda v: {0: "cpu", 1: "mem", 2: "gpu"}[v],
    "unit_forget_bias": lambda v: "one" if v else "zero",
}


def canonical_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` with every alias replaced by the Keras 1 argument that `function` has.

    Arguments that it lacks are left out if they say nothing. Raises TypeError if one is given in
    both spellings.
    """
    if not any(name in ALIASES or name in NEUTRAL for name in given):
        return dict(given)
    foreign = {n: v for n, v in given.items() if not applies(n, function)}
    own = {n: v for n, v in given.items() if n not in foreign}
    accepted = parameters(function)
    arguments = canonical_names(accepted, own) | foreign
    return {n: v for n, v in arguments.items() if n in accepted or v not in NEUTRAL.get(n, ())}


def applies(alias: str, function: Callable[..., Any]) -> bool:
    """Whether a function or class may have this alias at all."""
    classes = getattr(function, "__mro__", ())
    return alias not in ONLY or ONLY[alias] in (cls.__name__ for cls in classes)


def canonical_names(accepted: Container[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` with every alias replaced by the Keras 1 name among those that are accepted.

    Raises TypeError if one is given in both spellings.
    """
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        own = meant(name, accepted)
        if own in arguments or (own != name and own in given):
            raise TypeError(f"{own!r} is given twice, also as {name!r}: give one of them")
        arguments[own] = VALUES[name](value) if own != name and name in VALUES else value
    return arguments


def accepted_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `given` that `function` takes, under its own names for them."""
    accepted = parameters(function)
    taken = {name: value for name, value in given.items() if meant(name, accepted) in accepted}
    return canonical_arguments(function, taken)


def spelled(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function take the aliases of its keyword arguments.

    An unknown one is a TypeError that names the nearest.
    """

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        given = canonical_arguments(function, kwargs)
        unknown = [name for name in given if name not in parameters(function)]
        if unknown:
            raise TypeError(_no_argument(function, unknown[0]))
        return function(*args, **given)

    return called


def _no_argument(function: Callable[..., Any], name: str) -> str:
    near = nearest_argument(name, parameters(function))
    hint = f"; did you mean {near!r}?" if near else ""
    return f"{function.__name__}() has no argument {name!r}{hint}"


def nearest_argument(name: str, accepted: Iterable[str]) -> str | None:
    """The argument, or an alias of one, that looks most like `name`."""
    known = set(accepted)
    aliases = [alias for alias, old in ALIASES.items() if known.intersection(old)]
    return next(iter(get_close_matches(name, [*sorted(known), *aliases], 1, 0.7)), None)


def not_understood(cls: type, unknown: Iterable[str], accepted: Iterable[str]) -> TypeError:
    """The error for arguments that a class lacks: the nearest ones, and what it takes."""
    known = list(accepted)
    named = []
    for name in unknown:
        near = nearest_argument(name, known)
        named.append(f"{name!r} (did you mean {near!r}?)" if near else repr(name))
    return TypeError(
        f"{cls.__name__} does not understand {', '.join(named)}; "
        f"it takes {', '.join(known) or 'no arguments'}"
    )


def meant(name: str, accepted: Container[str]) -> str:
    """The argument among those accepted that a name stands for; the name itself if none."""
    if name in accepted:
        return name
    return next((old for old in ALIASES.get(name, ()) if old in accepted), name)


@cache
def parameters(function: Callable[..., Any]) -> frozenset[str]:
    """Parameter names of a function, or of a class's constructor and those it passes on to."""
    if not isinstance(function, type):
        return frozenset(inspect.signature(function).parameters)
    names: set[str] = set()
    for cls in function.__mro__[:-1]:
        constructor = cls.__dict__.get("__init__")
        if constructor is None:
            continue
        parameters = inspect.signature(constructor).parameters
        names |= parameters.keys()
        if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            break
    return frozenset(names)
