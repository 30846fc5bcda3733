"""Errors of experiment files: the key, the line, what is accepted."""

import re
import tomllib

import pytest

from pronghorn.errors import ConfigError
from pronghorn.experiments import schema, train
from pronghorn.experiments.lines import find_lines
from pronghorn.experiments.schema import read_experiment

GOOD = """\
title = "T"
[data]
dataset = "digits"
shape = [64]

[[layers]]
layer = "Dense"
output_dim = 10

[[layers]]
layer = "Activation"
activation = "softmax"

[compile]
loss = "categorical_crossentropy"
optimizer = "adam"
[fit]
nb_epoch = 1
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "exp.toml"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "T"', 'titel = "T"', r"line 1: unknown key 'titel'; did you mean 'title'\?"),
        ('title = "T"', "seed = -1", r"line 1: 'seed' must be a whole number from 0, not -1"),
        ('title = "T"', "seed = true", r"'seed' must be a whole number from 0, not True"),
        ("shape = [64]", "flatten = true", r"line 4, \[data\]: unknown key 'flatten'.*divide_by"),
        ("shape = [64]", 'shape = "64"', r"line 4, \[data\]: 'shape' must be a list of whole"),
        ("shape = [64]", "divide_by = 0", r"line 4, \[data\]: 'divide_by' must be a number other"),
        ("shape = [64]", 'file = "x.csv"', r"line 2, \[data\]: give either 'dataset' or 'file'"),
        ('dataset = "digits"', "", r"line 2, \[data\]: give either 'dataset' or 'file'"),
        ("shape = [64]", "test_split = 0.1", r"line 4, \[data\]: 'test_split' is for a 'file'"),
        ('layer = "Dense"', "", r"line 6, \[\[layers\]\] number 1: 'layer' must be an identifier"),
        ('layer = "Dense"', "layer = 3", r"line 7, \[\[layers\]\] number 1: 'layer' must be"),
        ('optimizer = "adam"', "", r"line 14, \[compile\]: the key 'optimizer' is missing"),
        ('optimizer = "adam"', "optimizer = 3", r"line 16, \[compile\]: 'optimizer' must be an id"),
        ('optimizer = "adam"', "optimizer = {lr = 3}", r"'optimizer' must be an identifier, or "),
        ("nb_epoch = 1", "nb_epochs = 1", r"line 18, \[fit\]: unknown key 'nb_epochs'; did you m"),
        ("nb_epoch = 1", "nb_epoch = 0", r"line 18, \[fit\]: 'nb_epoch' must be a whole number f"),
        ("nb_epoch = 1", "epochs = 1.5", r"'epochs' must be a whole number from 1, not 1\.5"),
        ("nb_epoch = 1", "verbose = 3", r"'verbose' must be 0, 1, 2, not 3"),
        ("nb_epoch = 1", 'shuffle = "no"', r"'shuffle' must be true, false, 'batch', not 'no'"),
        ("nb_epoch = 1", "class_weight = {a = 1}", r"'class_weight' must be a table of class n"),
        ("[fit]", "[fitting]", r"line 17: unknown key 'fitting'.*title, seed"),
        ("[data]", "[data", r"exp.toml is not a TOML file: .*line 2"),
    ],
)  # fmt: skip
def test_errors_of_the_file_name_the_line_and_what_is_accepted(write, old, new, message):
    assert old in GOOD
    with pytest.raises(ConfigError, match=r"exp\.toml") as caught:
        read_experiment(write(GOOD.replace(old, new)))
    assert re.search(message, str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"digits"', '"digit"', r"line 3, \[data\]: there is no dataset 'digit'; there are bos"),
        ('"digits"', '"math:absent"', r"line 3, \[data\]: the dataset 'math:absent' cannot be im"),
        ("shape = [64]", "shape = [63]", r"line 4, \[data\]: samples of shape \(8, 8\) do not fi"),
        ("shape = [64]", "options = {x = 1}", r"line 4, \[data\]: the dataset does not take thes"),
        ('"Dense"', '"Dens"', r"line 7, \[\[layers\]\] number 1: .*Dense"),
        ("output_dim = 10", "output_dim = 10\nouts = 3", r"line 9, .* 1: .*'outs'.*output_d"),
        ('"softmax"', '"softmaxx"', r"line 12, \[\[layers\]\] number 2: .*softmax"),
        ('"adam"', '"adamm"', r"line 16, \[compile\]: .*adam"),
        ('"adam"', '{name = "adam", lrr = 1}', r"line 16, \[compile\]: .*lrr"),
        ('"adam"', '{name = "adam", lr = "high"}', r"line 16, .*Adam: 'lr' must be a num.*'high'"),
        ("output_dim = 10", "outs = 3", r"line 8, .* 1: Dense does not .*'outs'; it takes out"),
        ('"softmax"', '"softmax"\nq = 3', r"line 13, .* 2: Activation does not understand 'q'; it"),
        ("output_dim = 10", "output_dim = 7", r"line 10, .*'activation_\d+', has 7 outputs.*0 to"),
        ('title = "T"', 'device = "gpuu"', r"line 1: .*gpuu"),
        ("[fit]", '[[callbacks]]\ncallback = "Stop"\n[fit]', r"line 18, \[\[callbacks\]\] number"),
    ],
)  # fmt: skip
def test_errors_of_what_is_named_tell_the_line(write, tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(ConfigError, match=message):
        train(write(GOOD.replace(old, new)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.toml cannot be read: No such file"):
        read_experiment(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "exp.toml says nothing"), (b"\x00\xff\xfe", "not a TOML file: it is not text$")],
)
def test_a_file_that_is_empty_or_no_text(tmp_path, content, message):
    (tmp_path / "exp.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_experiment(tmp_path / "exp.toml")


@pytest.mark.parametrize(
    "callbacks",
    [
        'callbacks = ["TerminateOnNaN", {callback = "EarlyStopping", patience = 2}]\n',
        'callbacks = [{name = "TerminateOnNaN"}, {name = "EarlyStopping", patience = 2}]\n',
    ],
)
def test_callbacks_may_be_a_list(write, callbacks):
    sections = read_experiment(write(callbacks + GOOD)).callbacks
    assert [dict(section.values) for section in sections] == [
        {"callback": "TerminateOnNaN"},
        {"callback": "EarlyStopping", "patience": 2},
    ]


def test_newer_names_and_class_weights_are_understood(write):
    fit = "epochs = 3\nclass_weight = {0 = 1.0, 1 = 2.5}"
    experiment = read_experiment(write(GOOD.replace("nb_epoch = 1", fit)))
    assert experiment.fit == {"epochs": 3, "class_weight": {0: 1.0, 1: 2.5}}


def test_lines_of_tables_keys_and_elements():
    text = """\
# comment
a = 1
layers = [   # [not, brackets]
    { layer = "De]nse", x = [1,
      2] },
    "plain",
]
[one.two]   # note
"quoted" = 3
b = [1, 2]
c = 2
[[many]]
d = 1
[[many]]
d = 2
"""
    tomllib.loads(text)
    lines = find_lines(text)
    assert lines["a",] == 2
    assert lines["layers",] == 3
    assert lines["layers", 0] == 4
    assert lines["layers", 1] == 6
    assert lines["one", "two"] == 8
    assert lines["one", "two", "b"] == 10
    assert lines["one", "two", "c"] == 11
    assert lines["many", 0, "d"] == 13
    assert lines["many", 1] == 14
    assert lines["many", 1, "d"] == 15


def test_the_description_of_the_schema_is_an_experiment(write):
    described = schema.__doc__.partition("\n\n")[2]
    text = "\n".join(line.removeprefix("    ") for line in described.splitlines())
    experiment = read_experiment(write(text))
    assert experiment.title == "Digits"
    tables = [schema._EXPERIMENT, schema._DATA, schema._COMPILE, schema._OUTPUT, schema._FIT]
    assert all(re.search(rf"\b{key}\b", described) for table in tables for key in table)
