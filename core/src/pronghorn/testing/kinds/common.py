"""What holds for components of every kind: names, documentation, configuration, arguments."""

import doctest
import inspect
import json
import re
import sys
from functools import partial
from typing import Any

from pronghorn import registry
from pronghorn.components.component import own_arguments, to_plain
from pronghorn.components.custom import custom_object_scope
from pronghorn.components.layer import Layer
from pronghorn.components.spelling import ALIASES, VALUES, canonical_arguments
from pronghorn.registry import KINDS
from pronghorn.testing.assertions import refused
from pronghorn.testing.catalogue import check
from pronghorn.testing.subject import Subject, Trial, is_generic, required_arguments

CONFIGURED = tuple(kind for kind in KINDS if kind != "callbacks")
"""Kinds whose components are written into files; callbacks may hold functions and open files."""

NO_SUCH = "no_such_argument"


def documentation(subject: Subject) -> str:
    """The component's own docstring, not that of a class which it was made by."""
    component = subject.component
    own = "__doc__" in vars(component) or not is_generic(component)
    return inspect.cleandoc(component.__doc__ or "") if own else ""


def options(component: Any) -> list[str]:
    """Names of a component's own arguments, or of the options of the function it is made of."""
    if isinstance(component, type):
        common = own_arguments(Layer) if issubclass(component, Layer) else ()
        return [name for name in own_arguments(component) if name not in common]
    return list(getattr(component, "config", {}))


def plain(value: Any) -> Any:
    """A configuration as it comes back from a file."""
    return json.loads(json.dumps(value))


def described(component: Any) -> tuple[type[Any], Any]:
    """What has to be equal for two components to be the same, made from the same description."""
    config = component.get_config()
    if isinstance(component, Layer):
        config = {**config, "name": None}
    return type(component), plain(config)


def _is_made(trial: Trial) -> bool:
    return bool(trial.subject.examples)


def _has_aliases(trial: Trial) -> bool:
    made = trial.subject.made_class
    return made is not None and bool(_aliases(made))


@check(once=True)
def can_be_made(trial: Trial) -> None:
    """It has no required arguments, or an `examples` attribute that gives them."""
    needed = ", ".join(required_arguments(trial.subject.component))
    assert _is_made(trial), (
        f"{trial.subject} needs the arguments {needed}: say how to make it for its checks, in an "
        "attribute like `examples = [({...}, (5,))]`, a configuration and a shape"
    )
    made = trial.make()
    assert isinstance(made, trial.subject.base), f"{made!r} is no {trial.subject.base.__name__}"


@check(once=True, applies=lambda trial: trial.subject.entry is not None)
def is_found_by_its_names(trial: Trial) -> None:
    """Its identifier, its aliases and `pack:identifier` all lead to it."""
    entry = trial.subject.entry
    assert entry is not None
    for name in (*entry.names, entry.qualified):
        found = registry.find(entry.kind, name)
        assert found == entry, f"{name!r} means {found}, not {entry}"
        assert registry.load(entry.kind, name) is trial.subject.given


@check(once=True)
def is_documented(trial: Trial) -> None:
    """A docstring of its own says what it is and names every argument."""
    text = documentation(trial.subject)
    first = text.partition("\n\n")[0]
    assert len(first.split()) > 1 or "`" in first, f"no docstring that says what it is: {text!r}"
    missing = [n for n in _chosen(trial) if not re.search(rf"\b{n}\b", text)]
    assert not missing, f"the docstring says nothing of {', '.join(missing)}"


@check(*(kind for kind in KINDS if kind not in ("callbacks", "layers")), once=True)
def states_its_formula_or_source(trial: Trial) -> None:
    """The docstring holds a formula in backquotes, or the year of a publication."""
    text = documentation(trial.subject)
    formula = re.search(r"`[^`]*[-+*/=<>(|][^`]*`|\w\(-?\w+, ", text)
    source = re.search(r"\b(18|19|20)\d\d\b|https?://|doi", text)
    assert formula or source, f"neither formula nor source in {text!r}"


@check(once=True, applies=lambda trial: ">>>" in documentation(trial.subject))
def documented_example_runs(trial: Trial) -> None:
    """The example in the docstring gives what it says."""
    subject = trial.subject
    cls = subject.component if subject.made_class else type(subject.component)
    module = sys.modules[getattr(subject.component, "__module__", cls.__module__)]
    text = documentation(subject)
    example = doctest.DocTestParser().get_doctest(
        text, dict(vars(module)), subject.identifier, module.__file__, 0
    )
    told: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(example, out=told.append).failed
    assert not failed, "".join(told)


@check(*CONFIGURED, applies=_is_made)
def configuration_comes_back(trial: Trial) -> None:
    """`from_config(get_config())` makes the same again, through JSON too."""
    made = trial.make()
    written = plain(made.get_config())
    again = made.configured(**written) if is_generic(made) else type(made).from_config(written)
    assert type(again) is type(made)
    assert plain(again.get_config()) == written
    kept = {*written, *getattr(made, "config", {}), "weights"}
    left_out = [n for n in canonical_arguments(type(made), trial.example.config) if n not in kept]
    assert not left_out, f"get_config() leaves out {', '.join(left_out)}"


@check(*CONFIGURED, applies=_is_made)
def all_forms_agree(trial: Trial) -> None:
    """Identifier, class, instance and every form of dictionary make the same component."""
    made = trial.make()
    is_factory = getattr(trial.subject.component, "makes_regularizer", False)
    name = type(made).__name__ if is_factory else trial.subject.identifier
    config = made.get_config()
    expected = described(made)
    assert trial.subject.base.get(made) is made, "get(instance) is not that instance"
    forms = [{"name": name, "config": config}, {"class_name": name, "config": config}]
    if "name" not in config:
        forms.append({"name": name, **config})
    if hasattr(made, "to_identifier"):
        forms.append(made.to_identifier())
    for form in (*forms, *map(plain, forms)):
        found = trial.resolve(form)
        assert described(found) == expected, f"{form!r} makes {found!r}, not {made!r}"


def _needs_nothing(trial: Trial) -> bool:
    return not required_arguments(trial.subject.component)


@check(*CONFIGURED, once=True, applies=_needs_nothing)
def identifier_alone_is_enough(trial: Trial) -> None:
    """The identifier, or the class, means the component as its defaults make it."""
    subject = trial.subject
    expected = described(subject.base.coerce(subject.component, {}))
    assert described(trial.resolve(subject.identifier)) == expected
    if subject.made_class is not None:
        assert described(subject.base.get(subject.made_class)) == expected


@check(applies=_is_made)
def refuses_unknown_arguments(trial: Trial) -> None:
    """An argument that it does not have is a TypeError which names it and what is accepted."""
    if _takes_anything(trial):
        return
    accepted = options(_made_or_class(trial))
    refused(lambda: trial.make(**{NO_SUCH: 1}), TypeError, f"{NO_SUCH}=1", NO_SUCH, *accepted)


@check(applies=_has_aliases)
def takes_both_spellings(trial: Trial) -> None:
    """Arguments have their names of Keras 2 and 3 too; both names at once are a TypeError."""
    cls: Any = trial.subject.made_class
    config = _arguments(trial)
    for alias, name in _aliases(cls).items():
        if name not in config:
            continue
        value = _respelled(alias, config[name])
        rest = {key: given for key, given in config.items() if key != name}
        found = cls(**rest, **{alias: value})
        assert described(found) == described(cls(**config)), f"{alias}={value!r} is not {name}"
        both = partial(cls, **config, **{alias: value})
        refused(both, TypeError, f"{name} and {alias} together", name, alias)


def _chosen(trial: Trial) -> list[str]:
    """The arguments that the author chose: those of the class, or the function's with defaults."""
    given = trial.subject.given
    if not inspect.isfunction(given):
        return options(_made_or_class(trial))
    parameters = inspect.signature(given).parameters.values()
    return [p.name for p in parameters if p.default is not p.empty]


def _made_or_class(trial: Trial) -> Any:
    """The class, or the instance that stands for the function."""
    return trial.subject.made_class or trial.subject.base.coerce(trial.subject.component, {})


def _takes_anything(trial: Trial) -> bool:
    """Whether the class keeps any further keyword argument, as LambdaCallback does."""
    if trial.subject.kind != "callbacks":
        return False
    try:
        return hasattr(trial.make(**{NO_SUCH: 1}), NO_SUCH)
    except TypeError:
        return False


def _aliases(cls: type[Any]) -> dict[str, str]:
    """Names of Keras 2 and 3 that stand for the class's own arguments."""
    own = options(cls)
    found = {}
    for alias in ALIASES:
        # Nothing is left of one that says nothing to the class.
        for meant in canonical_arguments(cls, {alias: _any_value(alias)}):
            if meant != alias and meant in own:
                found[alias] = meant
    return found


def _any_value(alias: str) -> Any:
    return {"data_format": None, "implementation": 0}.get(alias)


def _arguments(trial: Trial) -> dict[str, Any]:
    """The constructor's arguments that make the component, by their names in Keras 1."""
    cls = trial.subject.made_class
    assert cls is not None
    made = trial.make()
    if trial.subject.kind == "callbacks":
        given = canonical_arguments(cls, trial.example.config)
        return {**{n: to_plain(vars(made)[n]) for n in options(cls) if n in vars(made)}, **given}
    with custom_object_scope({trial.subject.identifier: trial.subject.component}):
        return dict(made.get_config())


def _respelled(alias: str, value: Any) -> Any:
    """The value of an argument as it is written under an alias."""
    choices = {"data_format": ("channels_last", "channels_first"), "implementation": (0, 1, 2)}
    if alias == "unit_forget_bias":
        return value == "one"
    if alias not in VALUES:
        return value
    return next((c for c in choices[alias] if VALUES[alias](c) == value), value)
