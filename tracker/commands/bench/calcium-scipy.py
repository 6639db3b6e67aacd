"""Does the work of a calcium bench in NumPy and SciPy: once for every line on stdin, its seconds on stdout."""

import json
import sys
import time

import numpy as np
import scipy
from scipy import ndimage, signal, sparse

work, frames, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(seed)


def movie():
    return random.integers(0, 4096, (frames, 512, 512), dtype=np.uint16)


def traces():
    return 200 + 20 * random.standard_normal((500, frames)) + 100 * (random.random((500, frames)) < 0.01)


def delta_f(traces):
    # Forward and backward as one symmetric kernel, which is faster than filtfilt.
    taps = signal.firwin(29, 1, fs=30)
    twice = np.convolve(taps, taps[::-1])
    before = 2 * traces[:, :1] - traces[:, 28:0:-1]
    after = 2 * traces[:, -1:] - traces[:, -2:-30:-1]
    smooth = signal.oaconvolve(np.hstack([before, traces, after]), twice[None], mode="valid", axes=1)
    baseline = np.percentile(smooth, 5, axis=1)[:, None]
    return (traces - baseline) / baseline


def perona_malik(traces):
    smooth = traces.copy()
    steepness = 0.15 * np.ptp(traces, axis=1)[:, None]
    for _ in range(25):
        step = np.diff(smooth, axis=1)
        flow = 0.25 * step * np.exp(-((step / steepness) ** 2))
        smooth[:, :-1] += flow
        smooth[:, 1:] -= flow
    return smooth


def masks():
    rows, columns = [], []
    y, x = np.nonzero(np.hypot(*np.mgrid[-7:8, -7:8]) <= 7)
    for mask, (top, left) in enumerate(random.integers(0, 498, (200, 2))):
        rows += [mask] * y.size
        columns += list((top + y) * 512 + left + x)
    return sparse.csr_matrix((np.full(len(rows), 1 / y.size), (rows, columns)), shape=(200, 512 * 512))


def mask_traces(masks, images):
    return np.stack([masks @ image for image in images.reshape(len(images), -1)], axis=1)


if work in ("delta-f", "perona-malik"):
    given = traces()
    run = (lambda: delta_f(given)) if work == "delta-f" else (lambda: perona_malik(given))
elif work in ("median-3x3x3", "gaussian"):
    images = movie()
    if work == "gaussian":
        run = lambda: ndimage.gaussian_filter(images, 1, output=np.float32)
    else:
        run = lambda: ndimage.median_filter(images, 3)
else:
    images = movie()
    if work == "mask-traces":
        matrix = masks()
        run = lambda: mask_traces(matrix, images)
    else:
        project = {"mean": np.mean, "std": np.std, "median": np.median}[work.removesuffix("-projection")]
        run = lambda: project(images, axis=0)

print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__}), flush=True)
for _ in sys.stdin:
    start, cpu_start = time.perf_counter(), time.process_time()
    run()
    print(json.dumps({"s": time.perf_counter() - start, "cpuS": time.process_time() - cpu_start}), flush=True)
