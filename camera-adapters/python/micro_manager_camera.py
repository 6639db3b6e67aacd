#!/usr/bin/env python3
"""A camera of Micro-Manager for tweezertrack, and the focus drive beside it.

    python3 micro_manager_camera.py MMConfig_demo.cfg --exposure-ms 10

Needs `pip install pymmcore-plus` and the device adapters of Micro-Manager, and `tweezertrack_camera.py` in the same
folder. An example to begin with: another SDK differs in `frames` and in the settings.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import Any, Iterator

import numpy
from pymmcore_plus import CMMCorePlus

from tweezertrack_camera import Setting, TrackerCamera

FORMATS = {8: "mono8", 10: "mono10", 12: "mono12", 14: "mono14", 16: "mono16"}
NM_PER_UM = 1000
EMPTY_WAIT_S = 0.0005


class FocusDrive:
    """The focus device of a configuration; heights in nm."""

    def __init__(self, core: Any, device: str, range_nm: tuple[float, float]) -> None:
        self.name = device
        self.from_nm, self.to_nm = range_nm
        self._core = core

    def move(self, z_nm: float) -> None:
        """Starts a move."""
        self._core.setPosition(self.name, z_nm / NM_PER_UM)

    def stop(self) -> None:
        """Ends all motion."""
        self._core.stop(self.name)

    def position(self) -> tuple[float, bool]:
        """Height, and whether it rests."""
        return self._core.getPosition(self.name) * NM_PER_UM, not self._core.deviceBusy(self.name)


def frames(core: Any, stopped: threading.Event) -> Iterator[tuple[int, numpy.ndarray]]:
    """Number and pixels [row, column] of every frame; one that Micro-Manager had no room for leaves its number out."""
    core.startContinuousSequenceAcquisition(0)
    number = -1
    while not stopped.is_set():
        if core.getRemainingImageCount() > 0:
            pixels, metadata = core.popNextImageAndMD()
            # Counted from 0 by the camera's own adapter, where it counts at all.
            number = int(metadata.get("ImageNumber", number + 1))
            yield number, pixels
        elif core.isBufferOverflowed():
            print("the buffer of Micro-Manager has overflowed; beginning anew", file=sys.stderr)
            core.stopSequenceAcquisition()
            core.startContinuousSequenceAcquisition(0)
        else:
            stopped.wait(EMPTY_WAIT_S)
    core.stopSequenceAcquisition()


def main() -> None:
    """Films until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("configuration", help="configuration file of Micro-Manager")
    parser.add_argument("--to", default="ws://127.0.0.1:8321", help="address of the tracker; /cameras/NAME behind it for a named camera")
    parser.add_argument("--token", help="of the role camera, where the tracker asks for one")
    parser.add_argument("--exposure-ms", type=float, default=10)
    parser.add_argument("--focus-range-nm", type=float, nargs=2, metavar=("FROM", "TO"), help="lets the tracker move the focus")
    options = parser.parse_args()

    core = CMMCorePlus.instance()
    core.loadSystemConfiguration(options.configuration)
    core.setExposure(options.exposure_ms)
    focus = core.getFocusDevice() if options.focus_range_nm else ""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())

    camera = TrackerCamera(
        f"Micro-Manager {core.getCameraDevice()}",
        width=core.getImageWidth(),
        height=core.getImageHeight(),
        pixel_format=FORMATS[core.getImageBitDepth()],
        fps=1000 / options.exposure_ms,
        url=options.to,
        token=options.token,
        pixel_size_nm=core.getPixelSizeUm() * NM_PER_UM or None,
        settings=[
            Setting("exposureMs", core.getExposure, title="Exposure", unit="ms"),
        ],
        focus_stage=FocusDrive(core, focus, tuple(options.focus_range_nm)) if focus else None,
    )
    with camera:
        for number, pixels in frames(core, stopped):
            if not camera.is_open:
                break
            camera.send(pixels, number)
    print(f"{camera.sent} frames sent, {camera.dropped} dropped", file=sys.stderr)


if __name__ == "__main__":
    main()
