"""Any camera as a camera of tweezertrack: numpy frames in, everything else inside.

    from tweezertrack_camera import TrackerCamera

    with TrackerCamera("my camera", width=640, height=480, pixel_format="mono8", fps=100) as camera:
        while camera.is_open:
            camera.send(grab())          # numpy [row, column]

One file, to copy beside your own program. Needs Python 3.9, `numpy`, `websockets` (10 or newer) and `msgpack`.

A thread of its own keeps the link to the tracker, opens it again when it is lost, and sends frames as the tracker gives
credit. `send` never waits for a camera that has a frame rate: the newest quarter of a second is kept, and what is older
is dropped and counted, so that the tracker can say where every frame went. With `fps=0` (a recording, played as fast
as it goes) it waits instead, and drops nothing. Where the tracker asks for them, only ROIs are sent.
"""

from __future__ import annotations

import asyncio
import math
import ssl
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Protocol, Sequence, Union

import msgpack
import numpy
import websockets

__all__ = ["FocusStage", "Motor", "Setting", "TrackerCamera", "TrackerRefusal"]

LINK_VERSION = 1
DTYPES = {
    "mono8": numpy.uint8,
    "mono10": numpy.uint16,
    "mono12": numpy.uint16,
    "mono14": numpy.uint16,
    "mono16": numpy.uint16,
    "float32": numpy.float32,
}
"""Pixel formats and what a frame of them is; 10, 12 and 14 bits lie in the low bits."""

MOTOR_UNITS = {"magnet-translation": "mm", "magnet-rotation": "turns"}
"""Motors that a camera may bring along, and what their positions are in."""

RETRY_S = (0.2, 0.5, 1.0, 2.0)
HICCUP_S = 0.25
"""A pause of the tracker of this length loses no frame."""
STANDING_S = 5.0
"""A queue that has stood for so long is overload, and only makes every frame late."""
MOST_BYTES = 64 << 20
FAREWELL_S = 5.0
COMPLAIN_EVERY_S = 1.0

Value = Union[float, int, str]


class TrackerRefusal(Exception):
    """The tracker will not take this camera as it is; trying again would not help."""


@dataclass
class Setting:
    """Something of the camera that people may read, and change if `change` is given, from their dashboards.

    `read` returns the present value; `change` sets another one and raises an exception with words where it cannot.
    Both are called in a thread of their own, one call at a time.
    """

    name: str
    """Up to 40 letters and digits, e.g. `exposureUs`; `fps` is the frame rate, which the link follows."""
    read: Callable[[], Value]
    change: Callable[[Any], None] | None = None
    title: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: Sequence[Value] | None = None

    def announce(self) -> dict[str, Any]:
        """The setting as the tracker is told of it."""
        told = {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "value": self.read(),
            "from": self.minimum,
            "to": self.maximum,
            "step": self.step,
            "choices": list(self.choices) if self.choices else None,
            "writable": self.change is not None,
        }
        return {key: value for key, value in told.items() if value is not None}


class FocusStage(Protocol):
    """The device that moves the focus; methods raise an exception with words where they cannot."""

    name: str
    from_nm: float
    to_nm: float

    def move(self, z_nm: float) -> None:
        """Starts a move; need not wait until it arrives."""

    def stop(self) -> None:
        """Ends all motion, at once."""

    def position(self) -> tuple[float, bool]:
        """Height in nm, and whether it rests at its target."""


class Motor(Protocol):
    """A device that moves along one axis; methods raise an exception with words where they cannot."""

    motor: str
    """What it moves: a key of `MOTOR_UNITS`, which says the unit of its positions."""
    name: str
    lowest: float
    highest: float

    def move(self, to: float) -> None:
        """Starts a move; need not wait until it arrives."""

    def stop(self) -> None:
        """Ends all motion, at once."""

    def position(self) -> tuple[float, bool]:
        """Where it is, and whether it rests at its target."""


@dataclass
class _Frame:
    id: int
    time_ns: int
    positions: dict[str, float]
    rois: int | None
    data: bytes
    picture: bytes | None

    @property
    def size(self) -> int:
        return len(self.data) + len(self.picture or b"")


class TrackerCamera:
    """A camera of the tracker at `url`; a context manager. `send` takes its frames, from any one thread."""

    def __init__(
        self,
        name: str,
        *,
        width: int,
        height: int,
        pixel_format: str = "mono8",
        fps: float,
        url: str = "ws://127.0.0.1:8321",
        token: str | None = None,
        ca: str | None = None,
        pixel_size_nm: float | None = None,
        wrap: tuple[int, int] | None = None,
        settings: Sequence[Setting] = (),
        acquire: Callable[[bool], None] | None = None,
        focus_stage: FocusStage | None = None,
        motors: Sequence[Motor] = (),
        log: Callable[[str], None] = lambda text: print(text, file=sys.stderr),
    ) -> None:
        """
        :param url: with `/cameras/NAME` behind it for one that the tracker's settings name
        :param fps: frames a second; 0 for a source that waits until the tracker takes its frames
        :param token: of the role camera, for a tracker that asks for one
        :param ca: PEM file of the authority to trust for `wss`
        :param pixel_size_nm: in the sample plane
        :param wrap: first and last number of a frame counter that goes round, e.g. (1, 65535) for GigE Vision
        :param acquire: stops (False) or starts (True) the camera, if it can
        :param focus_stage: moved from dashboards; its methods and those of `motors` are called in a thread of their own
        :param motors: at most one of each kind
        :raises ValueError: when it is no camera a tracker could take
        """
        if pixel_format not in DTYPES:
            raise ValueError(f"pixel_format: expected one of {', '.join(DTYPES)}, received {pixel_format!r}")
        if not (fps >= 0 and math.isfinite(fps)):
            raise ValueError(f"fps: expected 0 or more, received {fps}")
        unknown = [motor.motor for motor in motors if motor.motor not in MOTOR_UNITS]
        if unknown:
            raise ValueError(f"motors: expected {' and '.join(MOTOR_UNITS)}, received {', '.join(unknown)}")
        self.name = name
        self.width = width
        self.height = height
        self.pixel_format = pixel_format
        self.fps = fps
        self.sent = 0
        """Frames sent so far."""
        self.dropped = 0
        """Frames dropped so far because the tracker did not take them in time, or there was none."""
        self._dtype = numpy.dtype(DTYPES[pixel_format]).newbyteorder("<")
        self._url = url.rstrip("/") + "/camera"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._tls = ssl.create_default_context(cafile=ca) if ca else None
        self._pixel_size_nm = pixel_size_nm
        self._wrap = wrap
        self._settings = {setting.name: setting for setting in settings}
        self._acquire = acquire
        self._acquiring = True
        self._focus = focus_stage
        self._motors = {motor.motor: motor for motor in motors}
        self._log = log
        self._next_id = 0
        # Shared with the thread of the link, under the lock.
        self._changed = threading.Condition()
        self._waiting: deque[_Frame] = deque()
        self._waiting_bytes = 0
        self._waiting_since = 0.0
        self._credit = 0
        self._linked = False
        self._rois: tuple[int, list[tuple[int, int, int]]] | None = None
        self._picture_asked = False
        self._closing = False
        self._refusal: str | None = None
        self._dropped_before_link = 0
        self._complained = -math.inf
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._turn: asyncio.Lock | None = None
        self._replies: set[asyncio.Future[None]] = set()
        self._stops: dict[str, int] = {}
        """How often each device was stopped."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._keep_open()), name="tweezertrack", daemon=True)

    def __enter__(self) -> TrackerCamera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether frames are still wanted: false once it was closed, or the tracker has refused it."""
        return not self._closing and self._refusal is None

    def wait_for_tracker(self, timeout: float | None = None) -> bool:
        """
        Waits until a tracker takes the camera; whether one did within `timeout` seconds.
        :raises TrackerRefusal: with its words
        """
        with self._changed:
            self._changed.wait_for(lambda: self._linked or not self.is_open, timeout)
            self._raise_refusal()
            return self._linked

    def send(
        self,
        pixels: numpy.ndarray,
        frame_id: int | None = None,
        time_ns: int | None = None,
        *,
        focus_z_nm: float | None = None,
        magnet_mm: float | None = None,
        magnet_turns: float | None = None,
    ) -> None:
        """
        Takes one frame; its pixels are copied.

        :param pixels: [row, column] counts of the type of the pixel format
        :param frame_id: the camera's own number of the frame, so that missing ones show; counted from 0 when left out
        :param time_ns: of the exposure, ns since 1970; now, when left out
        :param focus_z_nm: where the focus stage was, to be recorded with the frame; without it, as with the magnets, the
            tracker asks `focus_stage` and `motors` some times a second
        :param magnet_mm: the magnet translation
        :param magnet_turns: the magnet rotation
        :raises ValueError: for a frame of another shape or type
        :raises TrackerRefusal: when the tracker will not take this camera
        """
        if pixels.shape != (self.height, self.width) or pixels.dtype.itemsize != self._dtype.itemsize:
            raise ValueError(
                f"frame: expected [{self.height}, {self.width}] of {self._dtype.name}, "
                f"received {list(pixels.shape)} of {pixels.dtype.name}"
            )
        pixels = numpy.ascontiguousarray(pixels, self._dtype)
        number = self._next_id if frame_id is None else frame_id
        self._next_id = number + 1
        at_ns = time.time_ns() if time_ns is None else time_ns
        told = {"focusZNm": focus_z_nm, "magnetMm": magnet_mm, "magnetTurns": magnet_turns}
        positions = {key: float(at) for key, at in told.items() if at is not None}
        with self._changed:
            if self.fps == 0:
                self._changed.wait_for(lambda: self._credit > len(self._waiting) or not self.is_open)
            self._raise_refusal()
            if self._closing:
                return
            self._queue(self._pack(pixels, number, at_ns, positions))
        self._nudge()

    def close(self) -> None:
        """Sends what waits, says bye, and ends the link."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._nudge()
        if self._thread.is_alive():
            self._thread.join(2 * FAREWELL_S)

    def _pack(self, pixels: numpy.ndarray, number: int, at_ns: int, positions: dict[str, float]) -> _Frame:
        if not self._rois:
            return _Frame(number, at_ns, positions, None, pixels.tobytes(), None)
        version, rois = self._rois
        data = b"".join(pixels[top : top + size, left : left + size].tobytes() for left, top, size in rois)
        picture = pixels.tobytes() if self._picture_asked else None
        self._picture_asked = False
        return _Frame(number, at_ns, positions, version, data, picture)

    def _queue(self, frame: _Frame) -> None:
        now = time.monotonic()
        if not self._waiting:
            self._waiting_since = now
        self._waiting.append(frame)
        self._waiting_bytes += frame.size
        most = 2 if now - self._waiting_since > STANDING_S else max(2, math.ceil(self.fps * HICCUP_S))
        while len(self._waiting) > most or (self._waiting_bytes > MOST_BYTES and len(self._waiting) > 2):
            self._waiting_bytes -= self._waiting.popleft().size
            self.dropped += 1

    def _raise_refusal(self) -> None:
        if self._refusal is not None:
            raise TrackerRefusal(self._refusal)

    def _nudge(self) -> None:
        loop, wake = self._loop, self._wake
        if loop and wake and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(wake.set)
            except RuntimeError:
                pass  # the loop has just ended

    async def _keep_open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        attempt = 0
        while self.is_open:
            try:
                async with _connect(self._url, self._headers, self._tls) as link:
                    attempt = 0
                    await self._carry(link)
            except Exception as error:  # noqa: BLE001 - whatever ends a link, it is opened again
                if _status(error) in (401, 403, 404):
                    self._refuse(f"the tracker answers {_status(error)}: {_words(error)}")
                elif attempt == 0 and not self._closing:
                    self._log(f"no tracker at {self._url} ({error or type(error).__name__}); trying again")
            self._unlink()
            if self.is_open:
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wait_closing(), RETRY_S[min(attempt, len(RETRY_S) - 1)])
                except asyncio.TimeoutError:
                    pass
            attempt += 1

    async def _wait_closing(self) -> None:
        while self.is_open:
            await self._wake.wait()
            self._wake.clear()

    async def _carry(self, link: Any) -> None:
        """Says hello, then sends frames as credit comes, until the link or the camera ends."""
        await link.send(msgpack.packb(self._hello()))
        listening = asyncio.ensure_future(self._listen(link))
        try:
            while not listening.done() and self._refusal is None:
                await self._wake.wait()
                self._wake.clear()
                await self._transmit(link)
                if self._closing and (not self._linked or not self._waiting):
                    if self._linked:
                        bye = {"type": "bye", "sent": self.sent, "dropped": self.dropped - self._dropped_before_link}
                        await link.send(msgpack.packb(bye))
                        await asyncio.wait({listening}, timeout=FAREWELL_S)
                    return
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _transmit(self, link: Any) -> None:
        while True:
            with self._changed:
                if not (self._linked and self._credit > 0 and self._waiting):
                    return
                frame = self._waiting.popleft()
                self._waiting_bytes -= frame.size
                self._credit -= 1
                self.sent += 1
                message = {
                    "type": "frame",
                    "id": frame.id,
                    "tNs": frame.time_ns,
                    "dropped": self.dropped - self._dropped_before_link,
                    **frame.positions,
                }
                self._changed.notify_all()
            if frame.rois is not None:
                message["rois"] = frame.rois
            if frame.picture is not None:
                message["picture"] = frame.picture
            # Last, so that the tracker may leave the pixels where they are.
            message["data"] = frame.data
            await link.send(msgpack.packb(message))

    async def _listen(self, link: Any) -> None:
        try:
            async for bytes_ in link:
                await self._receive(link, msgpack.unpackb(bytes_))
        finally:
            self._wake.set()

    async def _receive(self, link: Any, message: dict[str, Any]) -> None:
        kind = message["type"]
        asked = kind.split("-")[0]
        if asked in ("camera", "acquire", "focus", "motor"):
            # Not awaited: a device that takes its time must delay neither credit nor the stop that ends its move.
            reply = asyncio.ensure_future(self._reply(link, message))
            self._replies.add(reply)
            reply.add_done_callback(self._replies.discard)
        elif kind == "error":
            self._complain(f"{message['code']} {message['message']}")
        with self._changed:
            if kind == "welcome":
                self._linked = True
                self._credit = message["credit"]
                self._dropped_before_link = self.dropped
            elif kind == "credit":
                self._credit += message["credit"]
            elif kind == "rois":
                rois = [(roi["left"], roi["top"], roi["size"]) for roi in message["rois"]]
                self._rois = (message["version"], rois) if rois else None
            elif kind == "picture":
                self._picture_asked = True
            self._changed.notify_all()
        self._wake.set()
        if kind == "farewell":
            await link.close()

    async def _reply(self, link: Any, message: dict[str, Any]) -> None:
        """Answers a request: a stop at once, all else one after the other."""
        moved = message.get("motor", "focus")
        if message["type"].endswith("-stop"):
            self._stops[moved] = self._stops.get(moved, 0) + 1
            answer = await self._in_thread(self._stop, message)
        else:
            stops = self._stops.get(moved)
            async with self._turn:
                # A move that waited while its motor was stopped must not begin thereafter.
                overtaken = message["type"].endswith("-move") and stops != self._stops.get(moved)
                answer = await self._in_thread(self._answer, message, overtaken)
        try:
            await link.send(msgpack.packb(answer))
        except websockets.ConnectionClosed:
            pass  # nobody waits for it any more

    @staticmethod
    def _in_thread(call: Callable[..., dict[str, Any]], *given: Any) -> Awaitable[dict[str, Any]]:
        return asyncio.get_running_loop().run_in_executor(None, call, *given)

    def _stop(self, message: dict[str, Any]) -> dict[str, Any]:
        """Ends the motion of a device, whatever else it is asked; it need not say where it is."""
        moved = self._focus if message["type"] == "focus-stop" else self._motors.get(message["motor"])
        error = None
        try:
            moved.stop()
        except Exception as cause:  # noqa: BLE001 - a device may raise anything
            error = str(cause) or type(cause).__name__
        answer = {"id": message["id"], "settled": False, "tNs": 0, "error": error}
        if message["type"] == "focus-stop":
            return {"type": "focus", "zNm": math.nan, **answer}
        return {"type": "motor", "motor": message["motor"], "at": math.nan, **answer}

    def _answer(self, message: dict[str, Any], overtaken: bool) -> dict[str, Any]:
        """Does what the tracker asks of camera, focus stage or motor; what goes wrong goes back as words."""
        error = None
        kind = message["type"]
        moved = self._focus if kind.startswith("focus") else self._motors.get(message.get("motor"))
        try:
            if kind == "camera-set":
                self._change(message["name"], message["value"])
            elif kind == "acquire":
                self._run(message["on"])
            elif overtaken:
                error = "it was stopped"
            elif kind.endswith("-move"):
                moved.move(message["zNm" if moved is self._focus else "to"])
        except Exception as cause:  # noqa: BLE001 - a device may raise anything
            error = str(cause) or type(cause).__name__
        if moved is None:
            settings = [setting.announce() for setting in self._settings.values()]
            acquiring = self._acquiring if self._acquire else None
            return {"type": "camera", "id": message["id"], "settings": settings, "acquiring": acquiring, "error": error}
        try:
            at, settled = moved.position()
        except Exception as cause:  # noqa: BLE001
            at, settled, error = math.nan, False, error or str(cause) or type(cause).__name__
        answer = {"id": message["id"], "settled": bool(settled), "tNs": time.time_ns(), "error": error}
        if moved is self._focus:
            return {"type": "focus", "zNm": float(at), **answer}
        return {"type": "motor", "motor": moved.motor, "at": float(at), **answer}

    def _change(self, name: str, value: Value) -> None:
        setting = self._settings.get(name)
        if setting is None or setting.change is None:
            changeable = [each.name for each in self._settings.values() if each.change]
            raise ValueError(f"{name}: expected one of {', '.join(changeable)}")
        setting.change(value)
        if name == "fps":
            self.fps = float(setting.read())

    def _run(self, on: bool) -> None:
        if self._acquire is None:
            raise ValueError("this camera cannot stop and go on")
        self._acquire(on)
        if not on:
            with self._changed:
                # What was taken before goes before the answer: the next frame is then the first of those after.
                self._changed.wait_for(lambda: not self._waiting or not self._linked, FAREWELL_S)
        self._acquiring = on

    def _hello(self) -> dict[str, Any]:
        hello: dict[str, Any] = {
            "type": "hello",
            "version": LINK_VERSION,
            "camera": self.name,
            "width": self.width,
            "height": self.height,
            "pixelFormat": self.pixel_format,
            "fps": self.fps,
            "roiStreaming": True,
        }
        if self._pixel_size_nm is not None:
            hello["pixelSizeNm"] = self._pixel_size_nm
        if self._wrap is not None:
            hello["wrap"] = {"first": self._wrap[0], "last": self._wrap[1]}
        if self._focus is not None:
            hello["focusStage"] = {"name": self._focus.name, "fromNm": self._focus.from_nm, "toNm": self._focus.to_nm}
        if self._motors:
            hello["motors"] = [
                {"motor": kind, "name": each.name, "unit": MOTOR_UNITS[kind], "from": each.lowest, "to": each.highest}
                for kind, each in self._motors.items()
            ]
        if self._settings or self._acquire:
            controls: dict[str, Any] = {"settings": [setting.announce() for setting in self._settings.values()]}
            if self._acquire:
                controls["acquiring"] = self._acquiring
            hello["controls"] = controls
        return hello

    def _complain(self, words: str) -> None:
        if time.monotonic() - self._complained > COMPLAIN_EVERY_S:
            self._log(words)
            self._complained = time.monotonic()
        if not self._linked:
            self._refuse(words)

    def _refuse(self, words: str) -> None:
        with self._changed:
            self._refusal = words
            self._changed.notify_all()

    def _unlink(self) -> None:
        with self._changed:
            was_linked, self._linked = self._linked, False
            self._credit = 0
            # What the versions of a link mean ends with it.
            self._rois = None
            self._picture_asked = False
            sendable = deque(frame for frame in self._waiting if frame.rois is None)
            self.dropped += len(self._waiting) - len(sendable)
            self._waiting = sendable
            self._waiting_bytes = sum(frame.size for frame in sendable)
            self._changed.notify_all()
        if was_linked:
            if self.is_open:
                self._log(f"link to {self._url} lost; connecting again")
            # Nobody could stop them any more.
            self._stops = {moved: self._stops.get(moved, 0) + 1 for moved in ("focus", *self._motors)}
            for moved in () if self._closing else (self._focus, *self._motors.values()):
                try:
                    if moved is not None:
                        moved.stop()
                except Exception as error:  # noqa: BLE001
                    self._log(f"{moved.name}: {error}")


def _connect(url: str, headers: dict[str, str], tls: ssl.SSLContext | None) -> Any:
    """websockets renamed its argument for headers in version 14."""
    named = "additional_headers" if int(websockets.__version__.split(".")[0]) >= 14 else "extra_headers"
    options: dict[str, Any] = {"compression": None, "max_size": None, named: headers}
    if tls is not None:
        options["ssl"] = tls
    return websockets.connect(url, **options)


def _status(error: Exception) -> int | None:
    """HTTP status of a link that was turned away."""
    return getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)


def _words(error: Exception) -> str:
    """What the tracker said of it, where the library keeps that."""
    body = getattr(getattr(error, "response", None), "body", None)
    if body:
        return body.decode("utf-8", "replace").strip()
    return f"{error}; do the tracker's settings name this camera?" if _status(error) == 404 else str(error)
