"""A camera of `tweezertrack_camera.py` that does what each line of its input says, and prints a line when it is done.

Its frames hold their number in every pixel.
"""

import json
import sys
import threading
import traceback

import numpy

from tweezertrack_camera import DTYPES, Setting, TrackerCamera, TrackerRefusal


class Drive:
    """A focus stage that arrives at once, below 1000 nm."""

    name = "fake drive"
    from_nm = -500.0
    to_nm = 500.0

    def __init__(self):
        self.z_nm = 0.0
        self.stops = 0

    def move(self, z_nm):
        if z_nm > 400:
            raise RuntimeError("the drive is stuck")
        self.z_nm = z_nm

    def stop(self):
        self.stops += 1

    def position(self):
        return self.z_nm, True


class Magnet:
    """A motor that arrives at once, but at one place only when it is stopped."""

    STUCK_AT = 7

    def __init__(self, motor, lowest, highest):
        self.motor = motor
        self.name = "fake magnets"
        self.lowest = lowest
        self.highest = highest
        self.at = 0.5
        self.stops = 0
        self.stopped = threading.Event()

    def move(self, to):
        if to > self.highest:
            raise RuntimeError("the magnets would touch the sample")
        if to == self.STUCK_AT:
            self.stopped.wait(20)
        self.at = to

    def stop(self):
        self.stops += 1
        self.stopped.set()

    def position(self):
        return self.at, True


def main():
    options = json.loads(sys.argv[1])
    device = {"exposureUs": 500.0, "running": True}
    drive = Drive()
    magnets = [Magnet("magnet-translation", 0.0, 10.0), Magnet("magnet-rotation", -50.0, 50.0)]
    if options.pop("hasDevice", False):
        options["settings"] = [
            Setting("exposureUs", lambda: device["exposureUs"], lambda value: device.update(exposureUs=value), "Exposure", "µs", 10, 1e6),
            Setting("model", lambda: "fake"),
        ]
        options["acquire"] = lambda on: device.update(running=on)
        options["focus_stage"] = drive
        options["motors"] = magnets
    camera = TrackerCamera("driven", log=lambda text: say({"log": text}), **options)
    dtype = DTYPES[camera.pixel_format]
    with camera:
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                if "send" in asked:
                    for number in asked["send"]:
                        camera.send(numpy.full((camera.height, camera.width), number, dtype), number, number * 1000)
                elif "sendWith" in asked:
                    pixels = numpy.zeros((camera.height, camera.width), dtype)
                    camera.send(pixels, 1, 1000, **asked["sendWith"])
                elif "ramp" in asked:
                    pixels = numpy.arange(camera.height * camera.width, dtype=dtype).reshape(camera.height, camera.width)
                    camera.send(pixels, asked["ramp"], 1)
                elif "wrong" in asked:
                    camera.send(numpy.zeros((camera.height, camera.width + 1), dtype))
                elif "wait" in asked:
                    camera.wait_for_tracker(20)
                elif "close" in asked:
                    camera.close()
                say({"sent": camera.sent, "dropped": camera.dropped, "open": camera.is_open, "stops": drive.stops, "magnetStops": [magnet.stops for magnet in magnets]})
            except (ValueError, TrackerRefusal) as error:
                say({"error": f"{type(error).__name__}: {error}"})


def say(words):
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception:
        traceback.print_exc()
        sys.exit(1)
