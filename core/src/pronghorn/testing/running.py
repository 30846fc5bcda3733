"""Running the checks: all of a component at once, or as parameters of pytest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pronghorn import registry
from pronghorn.errors import PronghornError
from pronghorn.registry import Entry
from pronghorn.testing.catalogue import Check, checks
from pronghorn.testing.subject import Subject


class ConformanceError(PronghornError, AssertionError):
    """A component does not do what its kind asks. `errors` holds the cause by check."""

    def __init__(self, message: str, errors: Mapping[str, BaseException]) -> None:
        super().__init__(message)
        self.errors = dict(errors)


@dataclass
class Report:
    """How a component's checks went.

    Attributes:
        subject: the component.
        passed: names of the checks that it passes.
        expected: names of those that fail as it was declared, with the reasons.
    """

    subject: Subject
    passed: list[str] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        known = f", {len(self.expected)} expected to fail" if self.expected else ""
        return f"{self.subject}: {len(self.passed)} checks passed{known}"


def check_component(
    kind: str,
    component: Any,
    *,
    examples: Iterable[Any] | None = None,
    expected_failures: Mapping[str, str] | None = None,
) -> Report:
    """Run every check that concerns a component.

        check_component("layers", "Scale")
        check_component("layers", Scale, examples=[({"factor": 2.0}, (5,))])

    Args:
        kind: "layers", "activation", ...
        component: identifier, or the component itself: class, instance, plain function.
        examples: how to make it, and on what to try it, see `Example`; by default what its
            attribute `examples` says, or no arguments at all.
        expected_failures: reasons by the name of the check that fails for them, beside those
            of its attribute `expected_failures`.

    Raises:
        ConformanceError: a check failed, or one that was expected to fail passed. It says which,
            and has the first failure as its cause.
    """
    subject = Subject.of(kind, component, examples, expected_failures)
    report, errors = Report(subject), {}
    for check in _concerned(subject):
        try:
            check(subject)
        except Exception as error:
            if check.name not in subject.expected_failures:
                errors[check.name] = error
                continue
            report.expected[check.name] = subject.expected_failures[check.name]
            continue
        if check.name in subject.expected_failures:
            errors[check.name] = _unexpected(check, subject)
        else:
            report.passed.append(check.name)
    if errors:
        raise _failure(subject, errors, len(report.passed)) from next(iter(errors.values()))
    return report


def cases(kind: str | None = None, pack: str | None = None) -> list[Any]:
    """Every check of every registered component, as parameters of pytest.

        @pytest.mark.parametrize("case", cases(pack="acme-layers"))
        def test_conformance(case):
            case()

    A declared failure is marked as strictly expected. A component that cannot be imported is one
    case, which fails with the reason.

    Args:
        kind: one kind only.
        pack: components of this distribution only; "local" for those made in this process.
    """
    entries = registry.entries(kind)
    chosen = [entry for entry in entries if pack is None or entry.pack == pack]
    if not chosen:
        raise ValueError(f"no component of {pack or 'any pack'} is registered: is it installed?")
    return [case for entry in chosen for case in _cases_of(entry)]


def _cases_of(entry: Entry) -> list[Any]:
    import pytest

    try:
        subject = Subject.of(entry.kind, entry)
        concerned = _concerned(subject)
    except Exception as error:
        return [pytest.param(partial(_raise, error), id=f"{entry.kind}-{entry.identifier}")]
    return [
        pytest.param(
            partial(check, subject),
            id=f"{entry.kind}-{entry.identifier}-{check.name}",
            marks=_marks(check, subject),
        )
        for check in concerned
    ]


def _marks(check: Check, subject: Subject) -> list[Any]:
    import pytest

    reason = subject.expected_failures.get(check.name)
    return [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]


def _concerned(subject: Subject) -> list[Check]:
    """The checks with something to say about a component.

    Raises ValueError if an expected failure names none of them.
    """
    found = [check for check in checks(subject.kind) if check.trials(subject)]
    unknown = set(subject.expected_failures) - {check.name for check in found}
    if unknown:
        raise ValueError(
            f"{subject} expects {', '.join(sorted(unknown))} to fail, but no such check concerns "
            f"it; those that do are {', '.join(check.name for check in found)}"
        )
    return found


def _raise(error: BaseException) -> None:
    raise error


def _unexpected(check: Check, subject: Subject) -> AssertionError:
    reason = subject.expected_failures[check.name]
    return AssertionError(f"passes, though it was expected to fail ({reason}): take that back")


def _failure(
    subject: Subject, errors: Mapping[str, BaseException], passed: int
) -> ConformanceError:
    shown = [f"  {name}: {_first_line(error)}" for name, error in errors.items()]
    total = len(errors) + passed
    head = f"{subject} fails {len(errors)} of {total} checks:"
    return ConformanceError("\n".join([head, *shown]), errors)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
