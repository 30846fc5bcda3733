"""The checks of `test_gpu.py` under Numba's CUDA simulator, in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

CHECKS = Path(__file__).with_name("test_gpu.py")


def test_the_simulated_gpu_computes_what_the_cpu_computes():
    # The simulator is chosen when Numba is imported.
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-p", "no:cacheprovider", CHECKS]
    done = subprocess.run(
        command, env=environment, cwd=CHECKS.parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert passed > 120, done.stdout[-1000:]
