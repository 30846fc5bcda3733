"""preprocessing.image."""

import itertools

import numpy as np
import pytest
from PIL import Image

from pronghorn import backend
from pronghorn.preprocessing import image
from pronghorn.preprocessing.image import ImageDataGenerator


@pytest.fixture
def photos():
    return np.random.RandomState(4).uniform(0, 255, (10, 6, 8, 3)).astype("float32")


def sampled(x, matrix, mode, cval):
    """Nearest-pixel sampling, written out pixel by pixel; channels last."""
    height, width, _ = x.shape
    out = np.full_like(x, cval)
    for r, c in itertools.product(range(height), range(width)):
        position = (matrix @ [r, c, 1])[:2]
        source = np.floor(position + 0.5).astype(int)
        for axis, size in enumerate((height, width)):
            period = {"wrap": size, "reflect": 2 * size}.get(mode)
            if mode == "nearest":
                source[axis] = min(max(source[axis], 0), size - 1)
            elif period:
                source[axis] %= period
                source[axis] = min(source[axis], 2 * size - 1 - source[axis])
        inside = all(0 <= p <= size - 1 for p, size in zip(position, (height, width), strict=True))
        if inside or mode != "constant":
            out[r, c] = x[tuple(source)]
    return out


@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect", "wrap"])
@pytest.mark.parametrize("channel_axis", [0, 2])
def test_pixels_are_taken_from_where_the_matrix_points(photos, mode, channel_axis):
    matrix = np.array([[0.9, -0.5, 2.3], [0.4, 1.2, -3.1], [0, 0, 1]])
    given = np.moveaxis(photos[0], 2, channel_axis)
    moved = image.apply_transform(given, matrix, channel_axis, mode, 7.0)
    np.testing.assert_array_equal(
        np.moveaxis(moved, channel_axis, 2), sampled(photos[0], matrix, mode, 7.0)
    )


def test_an_unknown_fill_mode_is_refused(photos):
    with pytest.raises(ValueError, match="fill_mode is one of"):
        image.apply_transform(photos[0], np.eye(3), 2, "mirror")


def test_transformations_keep_the_middle():
    matrix = np.array([[0.5, 1.0, 0], [-2.0, 0.3, 0], [0, 0, 1]])
    middle = [6 / 2 + 0.5, 8 / 2 + 0.5, 1]
    np.testing.assert_allclose(image.transform_matrix_offset_center(matrix, 6, 8) @ middle, middle)


def test_a_quarter_turn_is_exact(monkeypatch):
    x = np.arange(25.0).reshape(1, 5, 5)
    monkeypatch.setattr(np.random, "uniform", lambda low, high: high)
    turned = image.random_rotation(x, 90.0, fill_mode="wrap")
    assert sorted(turned.ravel()) == sorted(x.ravel())
    np.testing.assert_array_equal(np.diff(turned[0], axis=0) % 5, np.full((4, 5), 1))


def test_shifts_are_shares_of_the_size(monkeypatch):
    x = np.arange(20.0).reshape(1, 4, 5)
    monkeypatch.setattr(np.random, "uniform", lambda low, high: high)
    shifted = image.random_shift(x, wrg=0.2, hrg=0.5, fill_mode="constant", cval=-1)
    np.testing.assert_array_equal(shifted[0, :2, :4], x[0, 2:, 1:])
    assert (shifted[0, 2:] == -1).all()
    assert (shifted[0, :, 4] == -1).all()


def test_zoom_above_one_shows_more(monkeypatch):
    x = np.zeros((1, 9, 9))
    x[0, 2:7, 2:7] = 1
    monkeypatch.setattr(np.random, "uniform", lambda low, high, n: np.full(n, high))
    assert image.random_zoom(x, (1.0, 2.0)).sum() < x.sum()
    monkeypatch.setattr(np.random, "uniform", lambda low, high, n: np.full(n, low))
    assert image.random_zoom(x, (0.5, 1.0)).sum() > x.sum()
    with pytest.raises(ValueError, match="pair"):
        image.random_zoom(x, (1, 2, 3))


def test_shear_moves_columns_against_each_other(monkeypatch):
    x = np.zeros((1, 9, 9))
    x[0, 4] = 1
    monkeypatch.setattr(np.random, "uniform", lambda low, high: high)
    rows = image.random_shear(x, 0.5, fill_mode="constant")[0].argmax(axis=0)
    assert rows[0] < rows[4] < rows[8]


def test_channels_shift_within_the_range_of_the_image(photos):
    np.random.seed(0)
    x = np.moveaxis(photos[0], 2, 0)
    shifted = image.random_channel_shift(x, 50.0)
    assert x.min() <= shifted.min()
    assert shifted.max() <= x.max()
    free = (shifted > x.min()) & (shifted < x.max())
    for channel in range(3):
        moved = (shifted - x)[channel][free[channel]]
        assert np.ptp(moved) < 1e-3
    assert shifted.dtype == x.dtype


def test_mirrored():
    np.testing.assert_array_equal(image.flip_axis(np.array([[1, 2], [3, 4]]), 1), [[2, 1], [4, 3]])


@pytest.mark.parametrize("ordering", ["tf", "th"])
@pytest.mark.parametrize("channels", [1, 3])
def test_arrays_and_images_turn_into_each_other(photos, ordering, channels):
    x = photos[0, :, :, :channels]
    given = x if ordering == "tf" else np.moveaxis(x, 2, 0)
    made = image.array_to_img(given, ordering)
    assert made.size == (8, 6)
    back = image.img_to_array(made, ordering)
    assert back.shape == given.shape
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, given * 255 / given.max(), atol=1.0)


def test_images_without_stretching_keep_their_values():
    x = np.full((2, 2, 3), 100.0)
    assert (np.asarray(image.array_to_img(x, scale=False)) == 100).all()
    assert (np.asarray(image.array_to_img(np.zeros((2, 2, 1)))) == 0).all()


def test_newer_spelling_of_the_ordering():
    assert image.array_to_img(np.zeros((3, 4, 5)), data_format="channels_first").size == (5, 4)


@pytest.mark.parametrize(
    ("shape", "message"), [((4, 4), "three axes"), ((4, 4, 2), "1 or 3 channels")]
)
def test_what_is_no_image(shape, message):
    with pytest.raises(ValueError, match=message):
        image.array_to_img(np.zeros(shape))
    with pytest.raises(ValueError, match="dim_ordering"):
        image.array_to_img(np.zeros((2, 2, 1)), "tff")


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "photos"
    for name, count in (("cats", 3), ("dogs", 2)):
        (root / name / "deeper").mkdir(parents=True)
        for i in range(count):
            place = root / name / ("deeper" if i == 1 else "")
            Image.new("RGB", (10, 6), (i * 40, 100, 200)).save(
                place / f"{i}.{'PNG' if i else 'jpg'}"
            )
    (root / "notes.txt").touch()
    (root / "cats" / "notes.txt").touch()
    return root


def test_pictures_are_listed_and_loaded(folder):
    paths = image.list_pictures(folder)
    assert [path[len(str(folder)) + 1 :] for path in paths] == [
        "cats/0.jpg", "cats/2.PNG", "cats/deeper/1.PNG", "dogs/0.jpg", "dogs/deeper/1.PNG",
    ]  # fmt: skip
    assert image.list_pictures(folder, ext="jpg") == [p for p in paths if p.endswith("jpg")]
    loaded = image.load_img(paths[1])
    assert (loaded.mode, loaded.size) == ("RGB", (10, 6))
    small = image.load_img(paths[1], grayscale=True, target_size=(3, 5))
    assert (small.mode, small.size) == ("L", (5, 3))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("categorical", [[1, 0]] * 3 + [[0, 1]] * 2),
        ("binary", [0.0, 0.0, 0.0, 1.0, 1.0]),
        ("sparse", [0, 0, 0, 1, 1]),
    ],
)
def test_folders_are_classes(folder, capsys, mode, expected):
    flow = ImageDataGenerator().flow_from_directory(
        folder, target_size=(4, 7), class_mode=mode, shuffle=False, batch_size=5
    )
    assert capsys.readouterr().out == "Found 5 images belonging to 2 classes.\n"
    assert flow.class_indices == {"cats": 0, "dogs": 1}
    assert flow.classes.tolist() == [0, 0, 0, 1, 1]
    assert flow.filenames == [
        "cats/0.jpg",
        "cats/2.PNG",
        "cats/deeper/1.PNG",
        "dogs/0.jpg",
        "dogs/deeper/1.PNG",
    ]
    assert (flow.nb_sample, flow.nb_class, flow.image_shape) == (5, 2, (4, 7, 3))
    x, y = next(flow)
    assert x.shape == (5, 4, 7, 3)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(x[1, 0, 0], [80, 100, 200])


def test_folders_without_targets_in_grey_channels_first(folder):
    generator = ImageDataGenerator(dim_ordering="th")
    flow = generator.flow_from_directory(
        folder, target_size=(4, 7), color_mode="grayscale", class_mode=None, classes=["dogs"]
    )
    assert next(flow).shape == (2, 1, 4, 7)


@pytest.mark.parametrize("option", [{"class_mode": "one-hot"}, {"color_mode": "cmyk"}])
def test_unknown_modes_are_refused(folder, option):
    with pytest.raises(ValueError, match="_mode is one of"):
        ImageDataGenerator().flow_from_directory(folder, **option)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no images"):
        ImageDataGenerator().flow_from_directory(tmp_path)


def test_batches_cover_every_epoch(photos):
    y = np.arange(10)
    flow = ImageDataGenerator().flow(photos, y, batch_size=4, shuffle=False)
    batches = [next(flow) for _ in range(6)]
    assert [len(x) for x, _ in batches] == [4, 4, 2] * 2
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches[:3]]), y)
    np.testing.assert_array_equal(np.concatenate([x for x, _ in batches[3:]]), photos)
    assert batches[0][0].dtype == np.float32
    assert flow.total_batches_seen == 6


@pytest.mark.parametrize("batch_size", [5, 4])
def test_every_epoch_has_an_order_of_its_own(photos, batch_size):
    np.random.seed(1)
    flow = ImageDataGenerator().flow(photos, np.arange(10), batch_size=batch_size)
    count = -(-10 // batch_size)
    orders = [np.concatenate([next(flow)[1] for _ in range(count)]).tolist() for _ in range(3)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert orders[0] != orders[1] != orders[2]


def test_equal_seeds_stay_in_step(photos):
    generator = ImageDataGenerator(rotation_range=40, horizontal_flip=True)
    flows = [generator.flow(photos, batch_size=3, seed=9) for _ in range(2)]
    first = [next(flows[0]) for _ in range(6)]
    np.random.seed(123)
    for expected, batch in zip(first, (next(flows[1]) for _ in range(6)), strict=True):
        np.testing.assert_array_equal(batch, expected)


def test_reset_begins_a_new_epoch(photos):
    flow = ImageDataGenerator().flow(photos, np.arange(10), batch_size=4, shuffle=False)
    next(flow)
    flow.reset()
    np.testing.assert_array_equal(flow.next()[1], [0, 1, 2, 3])


def test_batches_are_written_to_look_at(photos, tmp_path):
    flow = ImageDataGenerator().flow(
        photos, batch_size=4, save_to_dir=tmp_path / "new", save_prefix="p", save_format="png"
    )
    next(flow)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert [name.split("_")[:2] for name in names] == [["p", str(i)] for i in range(4)]
    with Image.open(tmp_path / "new" / names[0]) as written:
        assert written.size == (8, 6)


@pytest.mark.parametrize("ordering", ["tf", "th"])
@pytest.mark.parametrize("channels", [1, 3])
def test_all_options_at_once(ordering, channels):
    shape = (16, 9, 9, channels) if ordering == "tf" else (16, channels, 9, 9)
    x = np.random.RandomState(0).uniform(0, 255, shape)
    generator = ImageDataGenerator(
        featurewise_center=True, samplewise_center=True, featurewise_std_normalization=True,
        samplewise_std_normalization=True, zca_whitening=True, rotation_range=90.0,
        width_shift_range=0.1, height_shift_range=0.1, shear_range=0.5, zoom_range=0.2,
        channel_shift_range=1.0, fill_mode="reflect", horizontal_flip=True, vertical_flip=True,
        rescale=1 / 255, preprocessing_function=lambda image: image + 1, dim_ordering=ordering,
    )  # fmt: skip
    generator.fit(x, augment=True, rounds=2, seed=1)
    (batch, labels) = next(generator.flow(x, np.arange(16), batch_size=16))
    assert batch.shape == shape
    assert np.isfinite(batch).all()
    assert labels.shape == (16,)
    assert generator.principal_components.shape == (81 * channels,) * 2


@pytest.mark.parametrize("ordering", ["tf", "th"])
def test_featurewise_statistics_are_those_of_each_channel(photos, ordering):
    x = photos if ordering == "tf" else photos.transpose(0, 3, 1, 2)
    generator = ImageDataGenerator(
        featurewise_center=True,
        featurewise_std_normalization=True,
        rescale=0.5,
        dim_ordering=ordering,
    )
    generator.fit(x)
    out = np.concatenate([next(generator.flow(x, batch_size=10))])
    axes = (0, 1, 2) if ordering == "tf" else (0, 2, 3)
    np.testing.assert_allclose(out.mean(axes), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(axes), 1, rtol=1e-4)
    assert generator.mean.shape == ((1, 1, 3) if ordering == "tf" else (3, 1, 1))


def test_legacy_statistics_leave_out_the_rescaling(photos):
    new, old = (
        ImageDataGenerator(featurewise_center=True, rescale=0.5, legacy=flag)
        for flag in (False, True)
    )
    new.fit(photos)
    old.fit(photos)
    np.testing.assert_allclose(new.mean, old.mean / 2, rtol=1e-6)


def test_samplewise_statistics_are_those_of_the_image(photos):
    generator = ImageDataGenerator(samplewise_center=True, samplewise_std_normalization=True)
    out = generator.standardize(photos[0].copy())
    np.testing.assert_allclose([out.mean(), out.std()], [0, 1], atol=1e-5)
    grey = photos[0, :, :, :1]
    assert ImageDataGenerator(samplewise_center=True).standardize(grey.copy()).any()
    legacy = ImageDataGenerator(samplewise_center=True, legacy=True)
    assert not legacy.standardize(grey.copy()).any()


def test_whitened_pixels_are_uncorrelated():
    x = np.random.RandomState(0).normal(size=(500, 2, 3, 1)) @ np.ones((1, 1))
    x[:, 0] += x[:, 1]
    generator = ImageDataGenerator(zca_whitening=True, featurewise_center=True)
    generator.fit(x)
    flat = next(generator.flow(x, batch_size=500)).reshape(500, -1)
    np.testing.assert_allclose(flat.T @ flat / 500, np.eye(6), atol=0.01)


@pytest.mark.parametrize(
    "option", ["featurewise_center", "featurewise_std_normalization", "zca_whitening"]
)
def test_what_needs_fit_warns_without_it(photos, option):
    generator = ImageDataGenerator(**{option: True})
    with pytest.warns(RuntimeWarning, match=f"{option} has no effect"):
        out = generator.standardize(photos[0].copy())
    np.testing.assert_array_equal(out, photos[0])


def test_integer_images_are_standardized_as_floats():
    out = ImageDataGenerator(rescale=0.5).standardize(np.ones((2, 2, 1), np.uint8))
    assert out.dtype == backend.floatx()
    assert (out == 0.5).all()


@pytest.mark.parametrize("shape", [(8, 6, 3), (2, 8, 6, 2)])
def test_wrong_shapes_are_refused(shape):
    for use in (ImageDataGenerator().fit, ImageDataGenerator().flow):
        with pytest.raises(ValueError, match=r"four axes|1, 3 or 4 channels"):
            use(np.zeros(shape))


def test_targets_of_another_length_are_refused(photos):
    with pytest.raises(ValueError, match="10 images but 9 targets"):
        ImageDataGenerator().flow(photos, np.arange(9))


def test_zoom_range_is_a_number_or_a_pair():
    assert ImageDataGenerator(zoom_range=0.25).zoom_range == (0.75, 1.25)
    assert ImageDataGenerator(zoom_range=[0.5, 2]).zoom_range == (0.5, 2.0)
    with pytest.raises(ValueError, match="pair"):
        ImageDataGenerator(zoom_range=(1, 2, 3))


def test_nothing_is_drawn_for_what_is_not_wanted(photos):
    np.random.seed(5)
    state = np.random.get_state()[1].copy()
    out = ImageDataGenerator().random_transform(photos[0])
    np.testing.assert_array_equal(out, photos[0])
    np.testing.assert_array_equal(np.random.get_state()[1], state)
