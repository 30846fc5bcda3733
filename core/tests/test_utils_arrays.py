"""utils.np_utils, utils.io_utils and utils.test_utils."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from pronghorn import backend, utils
from pronghorn.utils import HDF5Matrix, np_utils, to_categorical
from pronghorn.utils.test_utils import get_test_data, keras_test


def test_one_hot_rows():
    expected = np.eye(4)[[3, 0, 2]]
    np.testing.assert_array_equal(to_categorical([3, 0, 2]), expected)
    np.testing.assert_array_equal(to_categorical(np.array([[3.0], [0.0], [2.0]])), expected)
    assert to_categorical([0, 1], 5).shape == to_categorical([0, 1], num_classes=5).shape == (2, 5)
    assert to_categorical([0]).dtype == np.float64
    assert to_categorical([0], dtype="float32").dtype == np.float32
    assert to_categorical([]).shape == (0, 0)


@pytest.mark.parametrize("labels", [[-1, 0], [0, 3], [0.5, 1]])
def test_labels_that_are_no_classes_are_refused(labels):
    with pytest.raises(ValueError, match=r"classes of 3 are numbered|whole numbers"):
        to_categorical(labels, 3)


def test_both_spellings_at_once_are_refused():
    with pytest.raises(TypeError, match="twice"):
        to_categorical([0], nb_classes=2, num_classes=2)


def test_normalize_leaves_zero_vectors():
    given = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(np_utils.normalize(given), [[0.6, 0.8], [0, 0]])
    np.testing.assert_allclose(np_utils.normalize(given, axis=0), [[1, 1], [0, 0]])
    np.testing.assert_allclose(np_utils.normalize(given, order=1)[0], [3 / 7, 4 / 7])


def test_legacy_scores():
    p = np.array([[0.2, 0.8], [0.9, 0.1]])
    np.testing.assert_array_equal(np_utils.probas_to_classes(p), [1, 0])
    np.testing.assert_array_equal(np_utils.probas_to_classes(np.array([[0.7], [0.5]])), [1, 0])
    assert np_utils.accuracy(np.array([1, 0]), np.array([1, 1])) == 0.5
    assert np_utils.multiclass_logloss(p, [2, 1]) == pytest.approx(-np.log([0.8, 0.9]).mean())
    assert np_utils.binary_logloss([0.8, 0.1], [1, 0]) == pytest.approx(-np.log([0.8, 0.9]).mean())


def test_kernels_are_turned_on_their_spatial_axes():
    kernel = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    np.testing.assert_array_equal(np_utils.convert_kernel(kernel, "tf"), kernel[::-1, ::-1])
    np.testing.assert_array_equal(np_utils.convert_kernel(kernel, "th"), kernel[:, :, ::-1, ::-1])
    np.testing.assert_array_equal(np_utils.convert_kernel(kernel), kernel[::-1, ::-1])
    with pytest.raises(ValueError, match="4 or 5 dimensions"):
        np_utils.convert_kernel(np.zeros((3, 3)))


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("mode", ["valid", "same", "full"])
def test_output_lengths_count_the_windows(mode, stride, dilation):
    for length in range(5, 12):
        for size in (1, 2, 3):
            extent = (size - 1) * dilation + 1
            padded = length + {"valid": 0, "same": extent - 1, "full": 2 * (extent - 1)}[mode]
            windows = len(range(0, padded - extent + 1, stride))
            assert np_utils.conv_output_length(length, size, mode, stride, dilation) == windows


def test_input_lengths_undo_output_lengths():
    for mode, size in [("valid", 3), ("same", 3), ("full", 4)]:
        out = np_utils.conv_output_length(10, size, mode, 1)
        assert np_utils.conv_input_length(out, size, mode, 1) == 10
    assert np_utils.conv_output_length(None, 3, "same", 1) is None
    assert np_utils.conv_input_length(None, 3, "same", 1) is None
    with pytest.raises(ValueError, match="border_mode"):
        np_utils.conv_output_length(3, 3, "causal", 1)


@pytest.fixture
def matrix_file(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(60, dtype=np.float32).reshape(20, 3)
    return path


@pytest.mark.parametrize(
    "key",
    [0, -1, 9, slice(None), slice(2, 5), slice(None, None, 3), slice(8, 2, -2), slice(7, 3),
     [4, 1, 1, 9], np.array([3, 0]), np.arange(10) % 3 == 0, np.int64(2)],
    ids=str,
)  # fmt: skip
def test_hdf5_rows_are_indexed_as_an_array_is(matrix_file, key):
    expected = np.arange(60, dtype=np.float32).reshape(20, 3)[5:15]
    matrix = HDF5Matrix(matrix_file, "x", start=5, end=15)
    assert matrix.shape == (10, 3)
    assert (len(matrix), matrix.ndim, matrix.dtype) == (10, 2, np.float32)
    np.testing.assert_array_equal(matrix[key], expected[key])
    np.testing.assert_array_equal(np.asarray(matrix), expected)


@pytest.mark.parametrize("key", [10, -11, [0, 10]])
def test_hdf5_rows_outside_are_an_error(matrix_file, key):
    with pytest.raises(IndexError, match="not among the 10 rows"):
        HDF5Matrix(matrix_file, "x", start=5, end=15)[key]


def test_hdf5_normalizer_is_applied_to_what_is_read(matrix_file):
    matrix = HDF5Matrix(matrix_file, "x", normalizer=lambda rows: rows * 2)
    np.testing.assert_array_equal(matrix[1], [6, 8, 10])


def test_hdf5_errors_are_those_expected(matrix_file, tmp_path):
    with pytest.raises(KeyError):
        HDF5Matrix(matrix_file, "y")
    with pytest.raises(OSError, match=r"absent\.h5"):
        HDF5Matrix(tmp_path / "absent.h5", "x")


def test_test_data_can_be_learned():
    np.random.seed(3)
    (x, y), (xt, yt) = get_test_data(200, 100, (5,), nb_class=3)
    assert (x.shape, y.shape, xt.shape, yt.shape) == ((200, 5), (200,), (100, 5), (100,))
    assert x.dtype == np.float32
    assert set(y) == {0, 1, 2}
    assert (np.round(xt.mean(1)).clip(0, 2) == yt).mean() > 0.75
    (x, y), _ = get_test_data(50, 10, (4,), (2, 3), classification=False)
    assert (x.shape, y.shape) == ((50, 4), (50, 2, 3))


def test_names_count_anew_after_a_keras_test():
    backend.reset_uids()

    @keras_test
    def body(value):
        return value, backend.get_uid("dense")

    assert body("given") == body("given") == ("given", 1)


def test_importing_utils_imports_nothing_heavy():
    code = "import sys, pronghorn.utils; print({'numpy', 'h5py', 'numba'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_everything_offered_is_there():
    for name in dir(utils):
        assert getattr(utils, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        utils.absent  # noqa: B018
