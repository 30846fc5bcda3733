"""What the author of a pack runs: `check_component`, and single passes through layers."""

from pronghorn.testing.passes import Pass, run_pass

__all__ = ["Pass", "run_pass"]
