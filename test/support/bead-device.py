"""A GigE Vision device on an address of this machine whose pixels are rings, and, in the first four, a frame counter.

python3 bead-device.py ADDRESS SERIAL

Through ctypes: Aravis 0.8 frees a fill pattern that was given through GObject introspection at once.
"""

import ctypes
import signal
import sys

import numpy

ARAVIS = ctypes.CDLL("libaravis-0.8.so.0")
POINTER, UINT32 = ctypes.c_void_p, ctypes.c_uint32
FILL = ctypes.CFUNCTYPE(None, POINTER, POINTER, UINT32, UINT32, UINT32)
for name, result, arguments in [
    ("arv_gv_fake_camera_new", POINTER, [ctypes.c_char_p, ctypes.c_char_p]),
    ("arv_gv_fake_camera_get_fake_camera", POINTER, [POINTER]),
    ("arv_gv_fake_camera_is_running", ctypes.c_int, [POINTER]),
    ("arv_fake_camera_set_fill_pattern", None, [POINTER, FILL, POINTER]),
    ("arv_fake_camera_read_register", ctypes.c_int, [POINTER, UINT32, ctypes.POINTER(UINT32)]),
    ("arv_buffer_get_data", POINTER, [POINTER, ctypes.POINTER(ctypes.c_size_t)]),
]:
    function = getattr(ARAVIS, name)
    function.restype, function.argtypes = result, arguments

MONO16 = 0x01100007
WIDTH_REGISTER, HEIGHT_REGISTER = 0x100, 0x104
FIELD_PX = 64
CENTER_X_PX, CENTER_Y_PX = 32.3, 31.6

device = ARAVIS.arv_gv_fake_camera_new(sys.argv[1].encode(), sys.argv[2].encode())
camera = ARAVIS.arv_gv_fake_camera_get_fake_camera(device)
state = {"frame": 0, "shape": None, "rings": None}


def register(address):
    value = UINT32()
    ARAVIS.arv_fake_camera_read_register(camera, address, ctypes.byref(value))
    return value.value


@FILL
def fill(buffer, _data, _exposure_us, _gain, pixel_format):
    pixels = ARAVIS.arv_buffer_get_data(buffer, None)
    width, height = register(WIDTH_REGISTER), register(HEIGHT_REGISTER)
    dtype = numpy.uint16 if pixel_format == MONO16 else numpy.uint8
    if state["shape"] != (width, height, pixel_format):
        y, x = numpy.mgrid[0:height, 0:width]
        radius = numpy.hypot(x % FIELD_PX - CENTER_X_PX, y % FIELD_PX - CENTER_Y_PX)
        light = 128 + 90 * numpy.cos(radius * 0.9) * numpy.exp(-radius / 12)
        counts = light * (1 if dtype == numpy.uint8 else 16)
        state["rings"] = counts.astype(dtype).ravel().view(numpy.uint8)
        state["shape"] = (width, height, pixel_format)
    rings = state["rings"]
    into = numpy.ctypeslib.as_array(ctypes.cast(pixels, ctypes.POINTER(ctypes.c_uint8)), (rings.size,))
    into[:] = rings
    into[:4] = numpy.frombuffer(state["frame"].to_bytes(4, "little"), numpy.uint8)
    state["frame"] += 1


ARAVIS.arv_fake_camera_set_fill_pattern(camera, fill, None)
print("running" if ARAVIS.arv_gv_fake_camera_is_running(device) else "not running", flush=True)
signal.pause()
