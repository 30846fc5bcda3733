"""Running checks: reports, errors, declared failures, parameters of pytest."""

import re

import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.components.constraint import Constraint
from pronghorn.constraints import MaxNorm
from pronghorn.layers import Dense
from pronghorn.testing import (
    ConformanceError,
    Example,
    Subject,
    cases,
    check,
    check_component,
    checks,
)


class Halved(Constraint):
    """`w / 2`: never done."""

    def record(self, ctx, w):
        ctx.run(lambda array: np.multiply(array, 0.5, out=array), w)


@pytest.fixture
def halved():
    yield registry.add("constraints", "halved", Halved).identifier
    registry.remove("constraints", "halved")


def test_report_names_what_passed():
    report = check_component("constraint", "MaxNorm")
    assert {"is_idempotent", "is_found_by_its_names"} <= set(report.passed)
    assert str(report) == f"constraint 'MaxNorm': {len(report.passed)} checks passed"


def test_error_names_what_failed_and_why():
    with pytest.raises(ConformanceError) as caught:
        check_component("constraints", Halved)
    assert re.match(r"constraint 'Halved' fails 1 of \d+ checks:\n  is_idempot", str(caught.value))
    assert list(caught.value.errors) == ["is_idempotent"]
    assert caught.value.__cause__ is caught.value.errors["is_idempotent"]
    (note,) = caught.value.__cause__.__notes__
    assert note.startswith(
        "check 'is_idempotent' of constraint 'Halved' made as Example(config={})"
    )
    assert note.endswith("left as it is, but for rounding and the fuzz factor.")


def test_expected_failures_are_reported():
    reason = "halving goes on"
    report = check_component("constraints", Halved, expected_failures={"is_idempotent": reason})
    assert report.expected == {"is_idempotent": reason}
    assert str(report).endswith("checks passed, 1 expected to fail")


def test_an_expected_failure_that_passes_is_an_error():
    expected = {"works_in_place": "it should not", "is_idempotent": "halving goes on"}
    with pytest.raises(ConformanceError, match=r"works_in_place: .*expected to fail \(it should"):
        check_component("constraints", Halved, expected_failures=expected)


def test_an_expected_failure_of_no_check_is_an_error():
    with pytest.raises(ValueError, match="expects is_idempotente to fail, but no such check"):
        check_component("constraints", Halved, expected_failures={"is_idempotente": "a slip"})


def test_components_may_declare_expected_failures():
    class Declared(Halved):
        """`w / 2`: never done."""

        expected_failures = {"is_idempotent": "halving goes on"}  # noqa: RUF012

    assert check_component("constraints", Declared).expected


def test_an_instance_is_an_example_of_its_class():
    subject = Subject.of("layers", Dense(3, input_shape=(2, 5), activation="tanh"))
    assert subject.component is Dense
    (example,) = subject.examples
    assert example.shape == (2, 5)
    assert example.config["output_dim"] == 3
    assert Subject.of("constraints", MaxNorm(1.5)).examples[0].config == {"m": 1.5, "axis": 0}


def test_examples_given_go_before_those_of_the_component():
    report = check_component("constraints", MaxNorm, examples=[{"m": 0.5}])
    assert "is_idempotent" in report.passed
    with pytest.raises(ConformanceError, match="changes_what_breaks_the_rule"):
        check_component("constraints", MaxNorm, examples=[{"m": 1e9}])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": 1}, Example({"a": 1})),
        (({"a": 1},), Example({"a": 1})),
        (({}, (3, 4)), Example({}, (3, 4))),
        (({}, [3], {"integers": 7, "batch": 2}), Example({}, (3,), 7, 2)),
    ],
)
def test_examples_are_plain_tuples(given, expected):
    assert Example.of(given) == expected


@pytest.mark.parametrize("given", [5, (5,), ({}, 5), ({}, (3,), {"integer": 7}), ({}, (3,), 7, 8)])
def test_what_is_no_example_is_refused(given):
    with pytest.raises(TypeError, match=r"give a configuration, \(configuration, shape\) or"):
        Example.of(given)


def test_examples_come_as_a_list():
    with pytest.raises(TypeError, match=r"examples should be a list such as \[\("):
        check_component("constraints", MaxNorm, examples={"m": 2.0})


def test_unknown_kind():
    with pytest.raises(ValueError, match="there is no kind 'layerings'; kinds are activations"):
        checks("layerings")


def test_every_check_says_what_it_asks():
    for kind in registry.KINDS:
        for each in checks(kind):
            assert each.description.endswith("."), each
            assert each.__name__ == each.name


def test_a_name_is_used_once():
    with pytest.raises(ValueError, match="there is a check 'is_idempotent' of constraints already"):

        @check("constraints")
        def is_idempotent(trial):
            """Twice."""


def test_settings_are_put_back():
    class Meddling(Halved):
        """`w / 2`: never done."""

        def record(self, ctx, w):
            backend.set_epsilon(0.5)
            np.random.seed(1)
            super().record(ctx, w)

    np.random.seed(5)
    expected = np.random.RandomState(5).uniform()
    with pytest.raises(ConformanceError):
        check_component("constraints", Meddling)
    assert backend.epsilon() == 1e-7
    assert np.random.uniform() == expected


def test_cases_are_parameters_of_pytest(halved):
    made = {case.id: case for case in cases(pack="local")}
    assert "constraints-halved-works_in_place" in made
    made["constraints-halved-works_in_place"].values[0]()
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        made["constraints-halved-is_idempotent"].values[0]()


def test_cases_mark_declared_failures_strictly(halved, monkeypatch):
    monkeypatch.setattr(Halved, "expected_failures", {"is_idempotent": "x"}, raising=False)
    (case,) = (c for c in cases("constraints", "local") if c.id.endswith("is_idempotent"))
    (mark,) = case.marks
    assert mark.name == "xfail"
    assert mark.kwargs == {"reason": "x", "strict": True}


def test_what_cannot_be_imported_is_one_case_that_says_why(make_pack):
    make_pack("broken-pack", {"pronghorn.layers": {"Gone": "broken_pack_module:Gone"}})
    (case,) = cases(pack="broken-pack")
    assert case.id == "layers-Gone"
    with pytest.raises(ImportError, match="broken-pack"):
        case.values[0]()


def test_a_pack_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="no component of acme is registered: is it installed"):
        cases(pack="acme")
