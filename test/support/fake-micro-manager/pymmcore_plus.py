"""A core of Micro-Manager as far as `micro_manager_camera.py` uses it: 12 bits, 2 ms a frame, one frame too many lost."""

import time

import numpy


class CMMCorePlus:
    @classmethod
    def instance(cls):
        return cls()

    def __init__(self):
        self.number = 0
        self.overflows = 0
        self.z_um = 0.0
        self.next_at = None

    def loadSystemConfiguration(self, path):
        assert path == "fake.cfg"

    def setExposure(self, ms):
        self.exposure_ms = ms

    def getExposure(self):
        return self.exposure_ms

    def getCameraDevice(self):
        return "Fake"

    def getFocusDevice(self):
        return "ZDrive"

    def getImageWidth(self):
        return 64

    def getImageHeight(self):
        return 48

    def getImageBitDepth(self):
        return 12

    def getPixelSizeUm(self):
        return 0.1

    def startContinuousSequenceAcquisition(self, interval_ms):
        self.next_at = time.monotonic()

    def stopSequenceAcquisition(self):
        self.next_at = None

    def isBufferOverflowed(self):
        if self.number == 50 and self.overflows == 0:
            self.overflows = 1
            self.number += 1  # the frame that was lost
            return True
        return False

    def getRemainingImageCount(self):
        if self.next_at is None or (self.number == 50 and self.overflows == 0):
            return 0
        return int(time.monotonic() > self.next_at)

    def popNextImageAndMD(self):
        self.next_at += self.exposure_ms / 1000
        number, self.number = self.number, self.number + 1
        return numpy.full((48, 64), 1000 + number, numpy.uint16), {"ImageNumber": str(number)}

    def setPosition(self, device, um):
        self.z_um = um

    def getPosition(self, device):
        return self.z_um

    def deviceBusy(self, device):
        return False

    def stop(self, device):
        pass
