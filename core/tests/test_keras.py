"""Scripts that import keras: what their imports lead to, and how `pronghorn run` runs them."""

import subprocess
import sys
from importlib import import_module

import pytest

import pronghorn.layers
from pronghorn import backend, keras
from pronghorn.errors import ConfigError, MissingNameError, PronghornError


@pytest.fixture
def installed():
    keras.install()
    yield
    keras.uninstall()


@pytest.mark.parametrize(
    ("module", "name", "target"),
    [
        ("keras.models", "Sequential", "pronghorn.models:Sequential"),
        ("keras", "Sequential", "pronghorn.models:Sequential"),
        ("keras", "backend", None),
        ("keras.layers", "Dense", "pronghorn.layers:Dense"),
        ("keras.layers.core", "Dense", "pronghorn.layers:Dense"),
        ("keras.layers.convolutional", "MaxPooling2D", "pronghorn.layers:MaxPooling2D"),
        ("keras.layers.advanced_activations", "Dense", "pronghorn.layers:Dense"),
        ("keras.layers.pooling", "Dense", "pronghorn.layers:Dense"),
        ("keras.layers", "recurrent", None),
        ("keras.layers.recurrent", "LSTM", "pronghorn.layers:LSTM"),
        ("keras.engine.topology", "Layer", "pronghorn.layers:Layer"),
        ("keras.engine", "Layer", "pronghorn.layers:Layer"),
        ("keras.engine", "InputSpec", "pronghorn.engine.topology:InputSpec"),
        ("keras.layers", "InputSpec", "pronghorn.engine.topology:InputSpec"),
        ("keras.engine.training", "slice_X", "pronghorn.utils.generic_utils:slice_X"),
        ("keras.activations", "softmax", "pronghorn.activations:softmax"),
        ("keras.optimizers", "SGD", "pronghorn.optimizers:SGD"),
        ("keras.objectives", "mse", "pronghorn.objectives:mse"),
        ("keras.losses", "mse", "pronghorn.objectives:mse"),
        ("keras.initializations", "normal", "pronghorn.initializers:normal"),
        ("keras.initializers", "normal", "pronghorn.initializers:normal"),
        ("keras.callbacks", "Callback", "pronghorn.callbacks:Callback"),
        ("keras.regularizers", "l2", "pronghorn.regularizers:l2"),
        ("keras.constraints", "maxnorm", "pronghorn.constraints:maxnorm"),
        ("keras.utils", "np_utils", None),
        ("keras.utils.np_utils", "to_categorical", "pronghorn.utils:to_categorical"),
        ("keras.utils", "to_categorical", "pronghorn.utils:to_categorical"),
        ("keras.utils.data_utils", "get_file", "pronghorn.utils:get_file"),
        ("keras.utils.visualize_util", "plot", "pronghorn.utils.visualize_util:plot"),
        ("keras.utils.vis_utils", "plot_model", "pronghorn.utils:plot_model"),
        ("keras.datasets", "mnist", None),
        ("keras.datasets.mnist", "load_data", "pronghorn.datasets.mnist:load_data"),
        ("keras.preprocessing", "sequence", None),
        (
            "keras.preprocessing.image",
            "ImageDataGenerator",
            "pronghorn.preprocessing.image:ImageDataGenerator",
        ),
        ("keras.backend", "set_epsilon", "pronghorn.backend:set_epsilon"),
        ("keras.ops", "matmul", "pronghorn.ops:matmul"),
        ("keras.saving", "load_model", "pronghorn.models:load_model"),
        ("keras.config", "set_floatx", "pronghorn.backend:set_floatx"),
        ("keras.utils", "pad_sequences", "pronghorn.preprocessing.sequence:pad_sequences"),
        ("keras.utils", "PyDataset", "pronghorn.utils:Sequence"),
        ("keras", "Layer", "pronghorn.layers:Layer"),
    ],
)
def test_names_of_keras_lead_to_pronghorns(installed, module, name, target):
    space = {}
    exec(f"from {module} import {name}", space)
    if target is None:
        assert space[name].__name__ == f"{module}.{name}"
    else:
        place, _, attribute = target.partition(":")
        assert space[name] is getattr(import_module(place), attribute)


def test_modules_are_reached_by_attributes_and_stars(installed):
    import keras as imported

    assert imported.__version__ == "1.2.2"
    assert imported.layers.core.Dense is pronghorn.layers.Dense
    space = {}
    exec("from keras.layers import *", space)
    assert space["Dense"] is pronghorn.layers.Dense
    assert "Sequential" in dir(imported.models)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from keras.models import Model", r"no keras\.models\.Model: .*Sequential"),
        ("from keras.layers import Densse", r"no keras\.layers\.Densse; did you mean Dense\?"),
        ("import keras.applications.vgg16", r"no keras\.applications: load the model's \.h5"),
        ("import keras.models.Sequential", r"no keras\.models\.Sequential"),
        ("from keras.backend import eighteen", r"no keras\.backend\.eighteen$"),
    ],
)
def test_what_is_missing_is_named(installed, statement, message):
    with pytest.raises(MissingNameError, match=message) as caught:
        exec(statement)
    assert isinstance(caught.value, PronghornError)


def test_missing_attributes_are_attribute_errors(installed):
    from keras import backend

    assert not hasattr(backend, "gradients_of")
    with pytest.raises(AttributeError, match=r"no keras\.backend\.placeholder: there is no graph"):
        backend.placeholder((2,))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gradients", "has no 'gradients': there is no graph of tensors"),
        ("in_train_phase", r"'in_train_phase': .* ask ctx\.training"),
        ("concatenat", r"'concatenat'; did you mean 'concatenate'\?"),
    ],
)
def test_what_the_backend_lacks(name, message):
    with pytest.raises(AttributeError, match=message):
        getattr(backend, name)


def test_keras_itself_stands_before_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", sys)
    with pytest.raises(ConfigError, match="imported already"):
        keras.install()


SCRIPT = """
import sys, warnings
from keras.models import Sequential
import beside

def fail():
    raise RuntimeError("on purpose")

print(sys.argv[1:], __name__, __file__, beside.HERE, sys.modules["__main__"].fail is fail)
warnings.warn("take care")
if "exit" in sys.argv:
    sys.exit(7)
if "fail" in sys.argv:
    fail()
if "missing" in sys.argv:
    from keras.layers import merge
"""


def run(folder, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def script(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "beside.py").write_text("HERE = 1")
    (tmp_path / "there" / "my.py").write_text(SCRIPT)
    # For comparison with Python itself: a keras that has what the script asks for.
    (tmp_path / "there" / "keras").mkdir()
    (tmp_path / "there" / "keras" / "__init__.py").touch()
    (tmp_path / "there" / "keras" / "models.py").write_text("Sequential = 1")
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["--help", "-x", "a b"], ["exit"], ["fail"]])
def test_a_script_runs_as_with_python(script, arguments):
    ours = run(script, "-m", "pronghorn", "run", "there/my.py", *arguments)
    pythons = run(script, "there/my.py", *arguments)
    assert (ours.returncode, ours.stdout) == (pythons.returncode, pythons.stdout)
    assert ours.stderr == pythons.stderr


def test_a_missing_name_is_shown_with_its_line(script):
    ran = run(script, "-m", "pronghorn", "run", "there/my.py", "missing")
    assert ran.returncode == 1
    assert "from keras.layers import merge" in ran.stderr
    last = ran.stderr.splitlines()[-1]
    assert "Pronghorn has no keras.layers.merge: Pronghorn's models are Sequential" in last


def test_a_script_with_wrong_syntax(tmp_path):
    (tmp_path / "old.py").write_text("print 'hello'\n")
    ran = run(tmp_path, "-m", "pronghorn", "run", "old.py")
    assert ran.returncode == 1
    assert 'File "' in ran.stderr.splitlines()[0]
    assert "SyntaxError" in ran.stderr.splitlines()[-1]


CHILDREN = """
import multiprocessing

def name(_):
    from keras.layers import Dense
    return Dense.__module__

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(name, [0]))
"""


def test_processes_that_a_script_starts_run_on_pronghorn_too(tmp_path):
    (tmp_path / "parent.py").write_text(CHILDREN)
    ran = run(tmp_path, "-m", "pronghorn", "run", "parent.py")
    assert (ran.returncode, ran.stdout) == (0, "['pronghorn.layers.core.dense']\n"), ran.stderr
