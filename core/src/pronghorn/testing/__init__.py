"""What the author of a pack runs: `check_component`, its checks, and passes through layers.

    from pronghorn.testing import check_component

    check_component("layers", "Scale")

`docs/testing-a-pack.md` tells what is checked and how a component says how it is made.
"""

from pronghorn.testing.catalogue import Check, check, checks
from pronghorn.testing.example import Example
from pronghorn.testing.passes import Circuit, Pass, run_pass
from pronghorn.testing.running import ConformanceError, Report, cases, check_component
from pronghorn.testing.subject import Subject, Trial

__all__ = [
    "Check",
    "Circuit",
    "ConformanceError",
    "Example",
    "Pass",
    "Report",
    "Subject",
    "Trial",
    "cases",
    "check",
    "check_component",
    "checks",
    "run_pass",
]
