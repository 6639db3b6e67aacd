"""A numpy tracker of the `magtrack` preset, in float64 and whole batches, for `tweezertrack bench pipeline --vs`.

    python3 test/bench/numpy-peer.py --roi {roi} --planes {planes} [--binning bincount]

Prints one JSON line with `usPerRoi` (median over repeats) and `usPerRoiMin`. Written from the published formulas;
arrays are [row, column, image], so that numpy works along contiguous images.
"""

import argparse
import json
import sys
import time

import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--roi", type=int, default=64, help="px of an ROI")
    parser.add_argument("--images", type=int, default=256, help="ROIs of a batch")
    parser.add_argument("--planes", type=int, default=200, help="planes of the Z-LUT")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--background", choices=["none", "mean", "median"], default="none")
    parser.add_argument("--binning", choices=["add.at", "bincount"], default="add.at")
    parser.add_argument(
        "--track", nargs=2, metavar=("STACK", "ZLUT"),
        help=".npy of [image, row, column], and of [plane, 1 + radius] with the heights first: print x, y, z instead",
    )
    arguments = parser.parse_args()
    if arguments.track:
        stack, z_lut = (np.load(path).astype(np.float64) for path in arguments.track)
        stack = np.ascontiguousarray(stack.transpose(1, 2, 0))
        tracks = track(stack, z_lut.T.copy(), arguments.background, arguments.binning)
        json.dump([column.tolist() for column in tracks], sys.stdout)
        return
    stack, z_lut = ring_beads(arguments.roi, arguments.images, arguments.planes)
    us = []
    for repeat in range(-1, arguments.repeats):
        start = time.perf_counter()
        tracks = track(stack, z_lut, arguments.background, arguments.binning)
        if repeat >= 0:
            us.append((time.perf_counter() - start) * 1e6 / arguments.images)
    assert np.isfinite(tracks).all()
    print(json.dumps({
        "peer": "numpy", "numpy": np.__version__, "roi": arguments.roi,
        "background": arguments.background, "binning": arguments.binning, "images": arguments.images, "planes": arguments.planes, "repeats": arguments.repeats,
        "usPerRoi": float(np.median(us)), "usPerRoiMin": min(us),
    }))


def ring_beads(size, images, planes):
    """Noisy beads off center as 8-bit counts, and a Z-LUT [1 + radius, plane] of centered ones."""
    random = np.random.default_rng(size)
    number = np.arange(images)
    x = size / 2 + 0.8 * np.sin(number + 1)
    y = size / 2 + 0.8 * np.cos(number + 1)
    stack = rings(size, x, y, 0.5 + 0.25 * np.sin(2 * number)) + random.normal(0, 2, (size, size, images))
    middle = np.full(planes, size / 2)
    profiles = radial_profile(rings(size, middle, middle, np.arange(planes) / planes), middle, middle, "bincount")
    return np.clip(stack, 0, 250).astype(np.uint8).astype(np.float64), np.vstack([50.0 * np.arange(planes), profiles])


def rings(size, x, y, height):
    pixels = np.arange(size)[:, None]
    radius = np.hypot((pixels - y)[:, None, :], (pixels - x)[None, :, :])
    return 120 + 90 * np.cos(radius * (1.1 - 0.5 * height)) * np.exp(-radius / (0.2 * size))


def track(stack, z_lut, background, binning):
    """x, y in px and z of every image."""
    x, y = center_of_mass(stack, background)
    x, y = auto_conv(stack, x, y)
    for _ in range(5):
        x, y = auto_conv_multiline_sub_pixel(stack, x, y)
    profiles = radial_profile(stack, x, y, binning)
    return x, y, lookup_z(profiles, z_lut)


def center_of_mass(stack, background):
    weights = stack
    if background != "none":
        level = (np.mean if background == "mean" else np.median)(stack, axis=(0, 1))
        weights = np.abs(stack - level)
    total = weights.sum(axis=(0, 1))
    pixels = np.arange(stack.shape[0])
    return pixels @ weights.sum(axis=0) / total, pixels @ weights.sum(axis=1) / total


def self_convolution(line, center):
    """Middle N lags of the convolution of each windowed line [pixel, image] with itself."""
    size = line.shape[0]
    pixels = np.arange(size)[:, None]
    windowed = (line - line.mean(axis=0)) * np.exp(-((pixels - center) ** 2) / (2 * (size / 6) ** 2))
    spectrum = np.fft.rfft(windowed, n=2 * size, axis=0)
    first = (size - 1) // 2
    return np.fft.irfft(spectrum * spectrum, n=2 * size, axis=0)[first : first + size]


def auto_conv(stack, x, y):
    first, images = (stack.shape[0] - 1) // 2, np.arange(stack.shape[2])
    column = stack[:, np.rint(x).astype(int), images]
    row = stack[np.rint(y).astype(int), :, images].T
    peak = [self_convolution(line, center).argmax(axis=0) for line, center in ((row, x), (column, y))]
    return (first + peak[0]) / 2, (first + peak[1]) / 2


def auto_conv_multiline_sub_pixel(stack, x, y, line_ratio=0.1):
    size, images = stack.shape[0], np.arange(stack.shape[2])
    half = int(size * line_ratio / 2)
    beside = np.arange(-half, half + 1)[:, None]
    column = stack[:, np.rint(x).astype(int) + beside, images].mean(axis=1)
    row = stack[np.rint(y).astype(int) + beside, :, images].mean(axis=0).T
    first = (size - 1) // 2
    return tuple((first + vertex(self_convolution(line, center))) / 2 for line, center in ((row, x), (column, y)))


def vertex(curves):
    """Peak of each curve [point, image] by a weighted parabola through 5 points; NaN at the ends."""
    best, images = curves.argmax(axis=0), np.arange(curves.shape[1])
    at = np.clip(best, 2, curves.shape[0] - 3)
    u = np.arange(-2, 3)[:, None]
    values = curves[at + u, images] - curves[at, images]
    weights = np.array([1, 4, 9, 4, 1])[:, None]
    s0, s2, s4 = 19, 16, 40
    a_sum, b_sum, c_sum = ((weights * u**power * values).sum(axis=0) for power in (0, 1, 2))
    a = (s0 * c_sum - s2 * a_sum) / (s0 * s4 - s2 * s2)
    fitted = at - (b_sum / s2) / (2 * a)
    return np.where((at == 2) | (at == curves.shape[0] - 3), np.nan, fitted)


def radial_profile(stack, x, y, binning):
    """Mean counts [radius, image] of the pixels at each whole distance from the center; NaN of none."""
    size, images = stack.shape[0], stack.shape[2]
    radii = size // 2
    pixels = np.arange(size)[:, None]
    squares = ((pixels - y) ** 2)[:, None, :] + ((pixels - x) ** 2)[None, :, :]
    bins = np.minimum(np.rint(np.sqrt(squares)).astype(np.intp), radii)
    image = np.broadcast_to(np.arange(images), bins.shape)
    if binning == "add.at":
        sums = np.zeros((radii + 1, images))
        counts = np.zeros((radii + 1, images))
        np.add.at(sums, (bins, image), stack)
        np.add.at(counts, (bins, image), 1)
    else:
        flat = (bins * images + image).ravel()
        length = (radii + 1) * images
        sums = np.bincount(flat, stack.ravel(), length).reshape(-1, images)
        counts = np.bincount(flat, minlength=length).reshape(-1, images)
    with np.errstate(invalid="ignore"):
        return (sums / counts)[:radii]


def lookup_z(profiles, z_lut):
    """Height of the plane each profile correlates with most, refined by a parabola; the innermost radius is left out."""
    r = unit(z_lut[2:]).T @ unit(profiles[1:])
    at = vertex(r)
    planes = np.arange(z_lut.shape[1])
    return np.interp(at, planes, z_lut[0])


def unit(columns):
    deviations = columns - np.nanmean(columns, axis=0)
    deviations[np.isnan(deviations)] = 0
    return deviations / np.linalg.norm(deviations, axis=0)


if __name__ == "__main__":
    main()
