"""The page about functions and kernels keeps its word."""

import importlib.util
import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[3] / "docs" / "kernels.md"


def test_python_of_the_page_runs(tmp_path, capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "page_of_test.py"
    file.write_text("\n".join(blocks))
    spec = importlib.util.spec_from_file_location("page_of_test", file)
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    assert capsys.readouterr().out.startswith("def squareplus_d_x(x, b):")
    assert abs(page.slope(0.0) - 0.5) < 1e-12
    np.testing.assert_allclose(page.found, np.linalg.norm(page.x, axis=1), rtol=1e-6)
