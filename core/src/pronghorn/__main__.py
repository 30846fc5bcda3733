"""`python -m pronghorn`: the command line of the interpreter that runs it."""

import sys

from pronghorn.cli import main

sys.exit(main())
