#!/usr/bin/env python3
"""A GigE Vision or USB3 Vision camera for tweezertrack, through Aravis.

    python3 aravis_camera.py --list
    python3 aravis_camera.py --camera Basler-1234 --region 0,0,1024,1024 --pixel-format Mono12 --fps 200 --exposure-us 800

Debian: apt-get install gir1.2-aravis-0.8 python3-gi python3-numpy python3-websockets python3-msgpack

Exposure, gain, frame rate and trigger can be changed from the dashboard. Frames carry the camera's own numbers and
times; one of which packets are missing is not sent, so that its number shows as lost. A camera that is unplugged is
looked for until it is back. `tweezertrack_camera.py` must lie in the same folder.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import Any

import gi
import numpy

gi.require_version("Aravis", "0.8")
from gi.repository import Aravis, GLib  # noqa: E402

from tweezertrack_camera import Setting, TrackerCamera, TrackerRefusal  # noqa: E402

SOCKET_BUFFER_BYTES = 4 << 20
"""For packets; the default of most systems loses those of frames above 100 kB."""
BUFFERS = 64
POP_US = 200_000
LOOK_AGAIN_S = 1.0
CLOCK_LEAK = 1e-4
"""How fast the clock of the camera may run against that of the host."""


def unpack_nothing(data: numpy.ndarray) -> numpy.ndarray:
    """Pixels of 8 bits as they are."""
    return data


def unpack_words(data: numpy.ndarray) -> numpy.ndarray:
    """Pixels in 16-bit words."""
    return data.view("<u2")


def unpack_mono12p(data: numpy.ndarray) -> numpy.ndarray:
    """Two pixels in three bytes, low bits first (GenICam PFNC)."""
    first, middle, last = _thirds(data)
    return _pairs(first | (middle & 0x0F) << 8, middle >> 4 | last << 4)


def unpack_mono12_packed(data: numpy.ndarray) -> numpy.ndarray:
    """Two pixels in three bytes, the low bits of both in the middle one (GigE Vision 1)."""
    first, middle, last = _thirds(data)
    return _pairs(first << 4 | middle & 0x0F, last << 4 | middle >> 4)


def unpack_mono10_packed(data: numpy.ndarray) -> numpy.ndarray:
    """Two pixels in three bytes, the low bits of both in the middle one (GigE Vision 1)."""
    first, middle, last = _thirds(data)
    return _pairs(first << 2 | middle & 0x03, last << 2 | middle >> 4 & 0x03)


def unpack_mono10p(data: numpy.ndarray) -> numpy.ndarray:
    """Four pixels in five bytes, low bits first (GenICam PFNC)."""
    a, b, c, d, e = data[: data.size // 5 * 5].reshape(-1, 5).astype(numpy.uint16).T
    pixels = numpy.empty((a.size, 4), numpy.uint16)
    pixels[:, 0] = a | (b & 0x03) << 8
    pixels[:, 1] = b >> 2 | (c & 0x0F) << 6
    pixels[:, 2] = c >> 4 | (d & 0x3F) << 4
    pixels[:, 3] = d >> 6 | e << 2
    return pixels.reshape(-1)


def _thirds(data: numpy.ndarray) -> numpy.ndarray:
    return data[: data.size // 3 * 3].reshape(-1, 3).astype(numpy.uint16).T


def _pairs(even: numpy.ndarray, odd: numpy.ndarray) -> numpy.ndarray:
    pixels = numpy.empty((even.size, 2), numpy.uint16)
    pixels[:, 0] = even
    pixels[:, 1] = odd
    return pixels.reshape(-1)


FORMATS = {
    "Mono8": ("mono8", unpack_nothing),
    "Mono10": ("mono10", unpack_words),
    "Mono10p": ("mono10", unpack_mono10p),
    "Mono10Packed": ("mono10", unpack_mono10_packed),
    "Mono12": ("mono12", unpack_words),
    "Mono12p": ("mono12", unpack_mono12p),
    "Mono12Packed": ("mono12", unpack_mono12_packed),
    "Mono14": ("mono14", unpack_words),
    "Mono16": ("mono16", unpack_words),
}
"""Pixel formats of cameras: what the tracker calls them, and how they lie in memory."""


class HostClock:
    """Times of the camera's clock in that of the host: the quickest frame of the near past tells how far apart they are."""

    def __init__(self) -> None:
        self._offset_ns: float | None = None
        self._last_ns = 0

    def time_ns(self, camera_ns: int, arrived_ns: int) -> int:
        """
        :param camera_ns: when the frame was exposed by the camera's clock; 0 where it has none
        :param arrived_ns: when it arrived, ns since 1970
        """
        if camera_ns == 0:
            return arrived_ns
        delay_ns = arrived_ns - camera_ns
        if self._offset_ns is None or camera_ns < self._last_ns:
            self._offset_ns = delay_ns
        else:
            leaked_ns = self._offset_ns + CLOCK_LEAK * (camera_ns - self._last_ns)
            self._offset_ns = min(leaked_ns, delay_ns)
        self._last_ns = camera_ns
        return camera_ns + round(self._offset_ns)


class Camera:
    """One camera while it is plugged in."""

    def __init__(self, options: argparse.Namespace) -> None:
        """:raises GLib.Error: when there is none, or it refuses a setting"""
        self._options = options
        camera = self._camera = Aravis.Camera.new(options.camera)
        camera.set_acquisition_mode(Aravis.AcquisitionMode.CONTINUOUS)
        if options.region:
            camera.set_region(*options.region)
        if options.pixel_format:
            camera.set_pixel_format_from_string(options.pixel_format)
        if options.exposure_us:
            camera.set_exposure_time(options.exposure_us)
        if options.gain is not None:
            camera.set_gain(options.gain)
        if options.trigger:
            camera.set_trigger(options.trigger)
        elif options.fps:
            camera.set_frame_rate(options.fps)
        if camera.is_gv_device():
            if not options.packet_socket:
                camera.gv_set_stream_options(Aravis.GvStreamOption.PACKET_SOCKET_DISABLED)
            if options.packet_size:
                camera.gv_set_packet_size(options.packet_size)
        _, _, self.width, self.height = camera.get_region()
        self.trigger = options.trigger or "off"
        format_name = camera.get_pixel_format_as_string()
        if format_name not in FORMATS:
            raise SystemExit(f"--pixel-format: expected one of {', '.join(FORMATS)}, received {format_name}")
        self.pixel_format, self._unpack = FORMATS[format_name]
        self.fps = options.fps if options.trigger else camera.get_frame_rate()
        named = (camera.get_vendor_name(), camera.get_model_name(), camera.get_device_serial_number())
        self.name = "-".join(dict.fromkeys(part for part in named if part))
        self._stream = None
        self._clock = HostClock()
        self.failed = 0
        """Frames of which packets were missing, or that came too late."""

    @property
    def wrap(self) -> tuple[int, int] | None:
        """GigE Vision counts frames from 1 to 65535 and over again."""
        return (1, 65535) if self._camera.is_gv_device() else None

    def start(self) -> None:
        """Takes frames from now on."""
        stream = self._stream = self._camera.create_stream(None, None)
        if self._camera.is_gv_device():
            stream.set_property("socket-buffer", Aravis.GvStreamSocketBuffer.FIXED)
            stream.set_property("socket-buffer-size", SOCKET_BUFFER_BYTES)
        payload = self._camera.get_payload()
        for _ in range(BUFFERS):
            stream.push_buffer(Aravis.Buffer.new_allocate(payload))
        self._camera.start_acquisition()

    def acquire(self, on: bool) -> None:
        """Stops, or goes on."""
        if on:
            self._camera.start_acquisition()
        else:
            self._camera.stop_acquisition()

    def grab(self) -> tuple[int, int, numpy.ndarray] | None:
        """Number, time (ns since 1970) and pixels [row, column] of the next frame; None when none came for a while."""
        buffer = self._stream.timeout_pop_buffer(POP_US)
        if buffer is None:
            return None
        try:
            if buffer.get_status() != Aravis.BufferStatus.SUCCESS:
                self.failed += 1
                return None
            data = numpy.frombuffer(buffer.get_data(), numpy.uint8)
            pixels = self._unpack(data)[: self.width * self.height].reshape(self.height, self.width)
            time_ns = self._clock.time_ns(buffer.get_timestamp(), buffer.get_system_timestamp())
            return buffer.get_frame_id(), time_ns, pixels
        finally:
            self._stream.push_buffer(buffer)

    def is_there(self) -> bool:
        """Whether it still answers."""
        try:
            self._camera.get_device().read_register(0)
            return True
        except GLib.Error:
            return False

    def statistics(self) -> str:
        """Frames as the driver counts them."""
        count = self._stream.get_info_uint64_by_name
        words = f"{count('n_completed_buffers')} frames complete, {count('n_failures')} with packets missing"
        return f"{words}, {count('n_underruns')} without a free buffer"

    def close(self) -> None:
        """Lets it go; a camera that is gone may not answer any more."""
        try:
            self._camera.stop_acquisition()
        except GLib.Error:
            pass
        self._stream = None
        self._camera = None

    def settings(self) -> list[Setting]:
        """What people may read and change."""
        camera = self._camera
        settings: list[Setting] = []

        def add(is_available: Any, setting: Any) -> None:
            try:
                if is_available():
                    settings.append(setting())
            except GLib.Error:
                pass  # a camera that says it can, and cannot

        def number(name: str, title: str, unit: str | None, read: Any, change: Any, bounds: Any) -> Setting:
            low, high = bounds()
            return Setting(name, read, change, title, unit, low, high)

        add(
            camera.is_exposure_time_available,
            lambda: number(
                "exposureUs", "Exposure", "µs", camera.get_exposure_time, camera.set_exposure_time, camera.get_exposure_time_bounds
            ),
        )
        add(
            camera.is_gain_available,
            lambda: number("gain", "Gain", "dB", camera.get_gain, camera.set_gain, camera.get_gain_bounds),
        )
        if self.trigger == "off":
            add(
                camera.is_frame_rate_available,
                lambda: number(
                    "fps", "Frame rate", "Hz", camera.get_frame_rate, camera.set_frame_rate, camera.get_frame_rate_bounds
                ),
            )
        settings.append(Setting("trigger", lambda: self.trigger, title="Trigger"))
        settings.append(Setting("pixelFormat", camera.get_pixel_format_as_string, title="Pixel format"))
        settings.append(Setting("region", lambda: ", ".join(map(str, camera.get_region())), title="Region", unit="px"))
        settings.append(Setting("framesFailed", lambda: self.failed, title="Frames with packets missing"))
        return settings


def film(options: argparse.Namespace, stopped: threading.Event) -> int:
    """Sends frames to the tracker until `stopped` or as many as asked for; how many came."""
    frames = 0
    while not stopped.is_set() and (options.frames == 0 or frames < options.frames):
        try:
            camera = Camera(options)
        except GLib.Error as error:
            print(f"no camera {options.camera or ''} yet ({error.message}); looking again", file=sys.stderr)
            stopped.wait(LOOK_AGAIN_S)
            Aravis.update_device_list()
            continue
        frames += _film_while_there(camera, options, stopped, frames)
    return frames


def _film_while_there(camera: Camera, options: argparse.Namespace, stopped: threading.Event, before: int) -> int:
    frames = 0
    link = TrackerCamera(
        camera.name,
        width=camera.width,
        height=camera.height,
        pixel_format=camera.pixel_format,
        fps=camera.fps,
        url=options.to,
        token=options.token,
        ca=options.ca,
        pixel_size_nm=options.pixel_size_nm,
        wrap=camera.wrap,
        settings=camera.settings(),
        acquire=camera.acquire,
    )
    with link:
        while not link.wait_for_tracker(0.2):
            if stopped.is_set():
                return 0
        camera.start()
        while not stopped.is_set() and (options.frames == 0 or before + frames < options.frames):
            grabbed = camera.grab()
            if grabbed:
                number, time_ns, pixels = grabbed
                link.send(pixels, number, time_ns)
                frames += 1
            elif not camera.is_there():
                print(f"camera {camera.name} does not answer; looking for it", file=sys.stderr)
                break
    print(f"{camera.name}: {camera.statistics()}; {link.sent} sent, {link.dropped} dropped", file=sys.stderr)
    camera.close()
    return frames


def parse(arguments: list[str]) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--list", action="store_true", help="name the cameras there are, and end")
    parser.add_argument("--camera", help="name as --list has it; the first there is when left out")
    parser.add_argument("--to", default="ws://127.0.0.1:8321", help="address of the tracker; /cameras/NAME behind it for a named camera")
    parser.add_argument("--token", help="of the role camera, where the tracker asks for one")
    parser.add_argument("--ca", help="PEM file of the authority to trust for wss")
    parser.add_argument("--region", type=_region, help="left,top,width,height, px")
    parser.add_argument("--pixel-format", choices=list(FORMATS))
    parser.add_argument("--fps", type=float, default=0, help="frames a second")
    parser.add_argument("--exposure-us", type=float)
    parser.add_argument("--gain", type=float)
    parser.add_argument("--trigger", help="source of a trigger for each frame, e.g. Line1; free-running when left out")
    parser.add_argument("--pixel-size-nm", type=float, help="in the sample plane")
    parser.add_argument("--packet-size", type=int, help="bytes of a network packet, e.g. 8000 where jumbo frames are allowed")
    parser.add_argument("--packet-socket", action="store_true", help="take packets before the kernel does: as root, not on loopback")
    parser.add_argument("--frames", type=int, default=0, help="end after so many; 0 is never")
    options = parser.parse_args(arguments)
    if options.trigger and not options.fps:
        parser.error("--trigger needs --fps: the rate at which triggers are to be expected")
    return options


def _region(text: str) -> tuple[int, int, int, int]:
    left, top, width, height = (int(part) for part in text.split(","))
    return left, top, width, height


def main() -> int:
    """Lists the cameras, or films with one of them."""
    options = parse(sys.argv[1:])
    Aravis.update_device_list()
    if options.list:
        for index in range(Aravis.get_n_devices()):
            print(Aravis.get_device_id(index), Aravis.get_device_address(index), sep="\t")
        return 0
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    try:
        film(options, stopped)
    except TrackerRefusal as refusal:
        print(f"the tracker refuses this camera: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
