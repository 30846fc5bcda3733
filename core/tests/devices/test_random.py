"""Philox against the known answers of its authors, and the kernels that use it."""

import numpy as np
import pytest

from pronghorn.devices.kernels.cpu import (
    dropout_backward,
    dropout_forward,
    random_normal,
    random_uniform,
)
from pronghorn.devices.random import GROUP, LANES, philox, words

# kat_vectors of Random123 1.14, philox4x32 with 10 rounds: counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
KEY, STEP = 0x123456789ABCDEF, 0xFEDCBA9876


def clock(step=STEP):
    return np.array([step], np.uint64)


def expected_words(count, key=KEY, step=STEP):
    """The words of the first elements, one counter at a time in plain Python."""
    found = np.empty(-(-count // GROUP) * GROUP, np.uint32)
    for counter in range(found.size // 4):
        first = counter // LANES * GROUP + counter % LANES
        found[first : first + GROUP : LANES] = words(key, step, counter)
    return found[:count]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_known_answers(counter, key, expected):
    assert philox(*map(np.uint32, counter), *map(np.uint32, key)) == expected


@pytest.mark.parametrize("size", [1, 15, 16, 63, 64, 65, 1000, 1024, 1025, 5000])
def test_mask_is_of_the_elements_words(size):
    p = 0.375
    x = np.arange(1, size + 1, dtype=np.float32)
    y = np.full(size + 8, 7, np.float32)
    mask = np.full(size + 8, 9, np.uint8)
    dropout_forward(x, y[:size], mask[:size], clock(), KEY, p)
    expected = expected_words(size) >= p * 2**32
    np.testing.assert_array_equal(mask[:size], expected)
    np.testing.assert_allclose(y[:size], np.where(expected, x / (1 - p), 0), rtol=1e-6)
    assert (mask[size:] == 9).all()
    assert (y[size:] == 7).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_in_any_number_of_chunks(dtype):
    x = np.ones(10_000, dtype)
    found = []
    for chunks in (0, 2, 7):
        y, mask = np.empty_like(x), np.empty(x.size, np.uint8)
        dropout_forward.call(*dropout_forward.values((x, y, mask, clock(), KEY, 0.5)), chunks)()
        found.append((y, mask))
    for y, mask in found[1:]:
        np.testing.assert_array_equal(y, found[0][0])
        np.testing.assert_array_equal(mask, found[0][1])


def test_masks_differ_by_key_and_step():
    masks = []
    for key, step in ((1, 1), (1, 2), (2, 1), (1, 1 + 2**32), (1 + 2**32, 1)):
        mask = np.empty(4096, np.uint8)
        x = np.zeros(4096, np.float32)
        dropout_forward(x, x.copy(), mask, clock(step), key, 0.5)
        masks.append(mask.astype(float))
    correlation = np.corrcoef(masks) - np.eye(5)
    assert np.abs(correlation).max() < 5 / 64


@pytest.mark.parametrize("p", [0.0, 0.1, 0.9])
def test_fraction_kept(p):
    x = np.ones(200_000, np.float32)
    y, mask = np.empty_like(x), np.empty(x.size, np.uint8)
    dropout_forward(x, y, mask, clock(), KEY, p)
    assert mask.mean() == pytest.approx(1 - p, abs=5 * (p * (1 - p) / x.size) ** 0.5)
    assert y.mean() == pytest.approx(1, abs=0.02 if p else 0)


def test_dropped_is_zero_whatever_it_was():
    x = np.full(1000, np.nan, np.float32)
    y, mask = np.empty_like(x), np.empty(x.size, np.uint8)
    dropout_forward(x, y, mask, clock(), KEY, 0.5)
    np.testing.assert_array_equal(np.isnan(y), mask == 1)
    dx = np.empty_like(x)
    dropout_backward(x, mask, dx, 0.5)
    np.testing.assert_array_equal(np.isnan(dx), mask == 1)


def test_backward():
    dy = np.arange(12, dtype=np.float64).reshape(3, 4)
    mask = (np.arange(12) % 3 == 0).astype(np.uint8).reshape(3, 4)
    dx = np.empty_like(dy)
    dropout_backward(dy, mask, dx, 0.25)
    np.testing.assert_allclose(dx, dy * mask / 0.75)


def test_uniform():
    x = np.empty(100_001, np.float32)
    random_uniform(x, clock(), KEY)
    np.testing.assert_array_equal(x[:300], (expected_words(300) >> 9) * 2.0**-23 + 2.0**-24)
    assert 0 < x.min() < 1e-4
    assert 1 - 1e-4 < x.max() < 1
    assert np.histogram(x, 10, (0, 1))[0] == pytest.approx(10_000, abs=500)


def test_normal():
    x = np.empty(400_000, np.float32)
    random_normal(x, clock(), KEY)
    first, second = x.reshape(-1, 2, LANES).swapaxes(0, 1)
    assert x.mean() == pytest.approx(0, abs=5 / x.size**0.5)
    assert x.var() == pytest.approx(1, abs=5 * (2 / x.size) ** 0.5)
    assert (x.astype(float) ** 4).mean() == pytest.approx(3, abs=0.1)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(0, abs=0.012)
    assert np.abs(x).max() > 4
    # Box and Muller's pair: radius and angle from the words of both elements.
    u, v = expected_words(GROUP).reshape(2, 2, LANES).swapaxes(0, 1)
    radius = np.sqrt(-2 * np.log((u >> 1) * 2.0**-31 + 2.0**-32))
    angle = np.pi * 2.0**-31 * v.astype(np.int32)
    expected = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    np.testing.assert_allclose(x[:GROUP], expected.ravel(), rtol=2e-6, atol=1e-6)


def test_float64_has_the_numbers_of_float32():
    single, double = np.empty(777, np.float32), np.empty(777)
    random_normal(single, clock(), KEY)
    random_normal(double, clock(), KEY)
    np.testing.assert_array_equal(single, double)
