"""The wheels, installed into an environment of their own outside of the checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PACKS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))

TRAINING = """
import numpy as np
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model

x = np.random.default_rng(0).standard_normal((256, 4)).astype("float32")
y = (x[:, :1] > x[:, 1:2]).astype("float32")
layers = [Dense(16, input_dim=4, activation="tanh"), Dense(1, activation="sigmoid")]
model = Sequential(layers, seed=1)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
losses = model.fit(x, y, nb_epoch=40, batch_size=16, verbose=0).history["loss"]
assert losses[-1] < 0.5 * losses[0], losses
model.save("model.h5")
assert np.array_equal(load_model("model.h5").predict(x), model.predict(x))
print("trained")
"""

SCRIPT = """
from pronghorn.activations import silu
from pronghorn.layers import Dense, Fancy
reveal_type(Dense)
reveal_type(Fancy)
reveal_type(silu)
Dense(activation="tanh")
"""

BROKEN = """
[project]
name = "bad-pack"
version = "0.3"

[project.entry-points."pronghorn"]
hooks = "bad_pack"

[project.entry-points."pronghorn.layers"]
Bad = "bad_pack:Bad"

[build-system]
requires = ["uv_build>=0.9,<0.14"]
build-backend = "uv_build"
"""

pytestmark = pytest.mark.slow


def run(*words: object, cwd: Path) -> str:
    """Run a command where nothing of the checkout can be imported, and return what it prints."""
    hidden = ("PYTHON", "VIRTUAL_ENV", "UV_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    ran = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "this test builds with uv: run it by `uv run pytest -m slow`"
    return found


@pytest.fixture(scope="module")
def wheels(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    run(uv, "build", "-q", "--all-packages", "--wheel", "--out-dir", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def clean(uv: str, wheels: Path) -> Path:
    """The `bin` folder of an environment that has the wheels and what they depend on."""
    home = wheels.parent / "clean"
    run(uv, "venv", "-q", "--python", sys.executable, home, cwd=wheels)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    # Given as files: an index of wheels is cached by version, and this version is always the same.
    files = sorted(wheels.glob("*.whl"))
    run(uv, "pip", "install", "-q", "--python", scripts / "python", *files, cwd=wheels)
    return scripts


def test_no_two_wheels_have_a_file_in_common(wheels: Path):
    owners: dict[str, str] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        for name in ZipFile(wheel).namelist():
            if name.startswith("pronghorn/") and not name.endswith("/"):
                assert name not in owners, f"{wheel.name} and {owners.get(name)} both bring {name}"
                owners[name] = wheel.name
    assert owners["pronghorn/__init__.py"].startswith("pronghorn_core-")
    assert {f"pronghorn/{kind}/py.typed" for kind in PACKS} < owners.keys()


def test_everything_works_from_wheels(clean: Path, tmp_path: Path):
    reports = json.loads(run(clean / "pronghorn", "plugins", "--json", cwd=tmp_path))
    assert {report["name"] for report in reports} == {
        "pronghorn",
        "pronghorn-core",
        *(f"pronghorn-{pack}" for pack in PACKS),
    }
    assert {report["name"]: report["problems"] for report in reports if report["problems"]} == {}
    assert "Dense" in run(clean / "pronghorn", "list", "layers", cwd=tmp_path)
    run(clean / "pronghorn", "doctor", cwd=tmp_path)
    assert run(clean / "python", "-c", TRAINING, cwd=tmp_path) == "trained\n"


def test_demo_works_from_wheels(clean: Path, tmp_path: Path):
    run(clean / "pronghorn", "demo", "-o", "results", cwd=tmp_path)
    left = {path.suffix for path in (tmp_path / "results").iterdir()}
    assert {".h5", ".png"} <= left


def test_the_example_pack_installs_works_and_goes(uv: str, clean: Path, tmp_path: Path):
    pronghorn = clean / "pronghorn"
    before = run(pronghorn, "list", cwd=tmp_path)
    pack = shutil.copytree(ROOT / "examples" / "acme-pack", tmp_path / "acme-pack")
    installed = run(pronghorn, "install", pack, cwd=tmp_path)
    assert installed == "acme-pack 1.0: Scale, pseudo_huber, signum, squareplus\n"
    try:
        assert "acme-pack 1.0: squareplus" in run(pronghorn, "list", cwd=tmp_path)
        run(uv, "pip", "install", "-q", "--python", clean / "python", "pytest", cwd=tmp_path)
        run(clean / "python", "-m", "pytest", "-q", "-W", "error", pack / "tests", cwd=tmp_path)
    finally:
        run(pronghorn, "uninstall", "--yes", "acme-pack", cwd=tmp_path)
    assert run(pronghorn, "list", cwd=tmp_path) == before


def test_a_broken_pack_is_told_and_can_be_uninstalled(clean: Path, tmp_path: Path):
    pronghorn = clean / "pronghorn"
    (tmp_path / "bad" / "src" / "bad_pack").mkdir(parents=True)
    (tmp_path / "bad" / "pyproject.toml").write_text(BROKEN)
    (tmp_path / "bad" / "src" / "bad_pack" / "__init__.py").write_text("import not_there_at_all\n")
    run(pronghorn, "install", "./bad", cwd=tmp_path)
    try:
        assert "Dense" in run(pronghorn, "list", cwd=tmp_path)
        reports = json.loads(run(pronghorn, "plugins", "--json", cwd=tmp_path))
        (broken,) = [report for report in reports if report["problems"]]
        assert broken["name"] == "bad-pack"
        assert "No module named 'not_there_at_all'" in " ".join(broken["problems"])
    finally:
        run(pronghorn, "uninstall", "--yes", "bad-pack", cwd=tmp_path)
    assert "bad-pack" not in run(pronghorn, "plugins", cwd=tmp_path)


def test_type_checkers_see_official_names_and_allow_others(clean: Path, tmp_path: Path):
    (tmp_path / "script.py").write_text(SCRIPT)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", clean / "python"]
    ran = subprocess.run([*mypy, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    revealed = [line.split('"')[1] for line in ran.stdout.splitlines() if "Revealed" in line]
    assert revealed[0].endswith("-> pronghorn.layers.core.dense.Dense")
    assert revealed[1:] == ["Any", "pronghorn.components.activation.ScalarActivation"]
    assert ran.stdout.count("error:") == 1
    assert 'script.py:7: error: Missing positional argument "output_dim"' in ran.stdout
