import type { CameraSetting, SettingValue } from '#protocol/camera-controls.ts';
import { DeviceError } from '#protocol/errors.ts';
import { whyNotSet } from '#protocol/why-not-set.ts';
import { createFastSensor, type Expose, type SensorParams } from '#simulation/camera-noise.ts';
import type { Random } from '#simulation/random.ts';
import type { CameraControls } from './define.ts';

/** Exposure at which a background pixel detects the photons of the options, µs; shorter where frames are. */
const USUAL_EXPOSURE_US = 1000;
const SHORTEST_EXPOSURE_US = 10;
const GAINS: readonly [number, number] = [0.1, 16];
const MOST_FPS = 100_000;

/** What the light of a frame is multiplied with, against that of the options. */
export interface LightFactors {
  readonly exposure: number;
  readonly gain: number;
}

export interface SimulatedControlsOptions {
  fps: number;
  /** Whether frames come on a schedule, so that there is a rate to set. */
  isPaced: boolean;
  /** Whether pictures are made as they are shown, so that exposure and gain show. */
  makesPictures: boolean;
}

/** What can be changed of the simulated camera; all of it takes effect between two frames. */
export class SimulatedControls implements CameraControls {
  readonly #options: SimulatedControlsOptions;
  readonly #usualExposureUs: number;
  readonly #waiting: (() => void)[] = [];
  #values: { exposureUs: number; gain: number; fps: number };
  #light: LightFactors = { exposure: 1, gain: 1 };
  #acquiring = true;
  /** Whether somebody takes frames, between which things change; else they change at once. */
  #isRunning = false;
  #scheduleChanged = false;
  #wake = () => {};

  constructor(options: SimulatedControlsOptions) {
    this.#options = options;
    this.#usualExposureUs = Math.min(USUAL_EXPOSURE_US, 5e5 / options.fps);
    this.#values = { exposureUs: this.#usualExposureUs, gain: 1, fps: options.fps };
  }

  get acquiring(): boolean {
    return this.#acquiring;
  }

  get fps(): number {
    return this.#values.fps;
  }

  /** Another object whenever it has changed. */
  get light(): LightFactors {
    return this.#light;
  }

  settings(): CameraSetting[] {
    const { isPaced, makesPictures } = this.#options;
    const { exposureUs, gain, fps } = this.#values;
    const light: CameraSetting[] = [
      {
        ...{ name: 'exposureUs', title: 'Exposure', unit: 'µs', value: exposureUs, step: 1 },
        ...{ from: Math.min(SHORTEST_EXPOSURE_US, this.#usualExposureUs), to: Math.floor(1e6 / fps) },
      },
      { name: 'gain', title: 'Gain', unit: '×', value: gain, from: GAINS[0], to: GAINS[1], step: 0.1 },
    ];
    const to = makesPictures ? Math.min(MOST_FPS, Math.floor(1e6 / exposureUs)) : MOST_FPS;
    const rate: CameraSetting = {
      name: 'fps',
      title: 'Frame rate',
      unit: 'fps',
      value: fps,
      from: 0.5,
      to,
      step: 1,
    };
    return [...(makesPictures ? light : []), ...(isPaced ? [rate] : [])];
  }

  async set(name: string, value: SettingValue): Promise<void> {
    const settings = this.settings();
    const setting = settings.find((one) => one.name === name);
    const problem = setting
      ? whyNotSet(setting, value)
      : `this camera has ${settings.map((one) => one.name).join(', ') || 'no settings'}, not ${name}`;
    if (problem !== null) {
      throw new DeviceError({ where: 'simulated camera', expected: 'a setting it has', received: problem });
    }
    await this.#betweenFrames(() => {
      this.#values = { ...this.#values, [name]: value };
      const { exposureUs, gain } = this.#values;
      if (name === 'fps') this.#scheduleChanged = true;
      else this.#light = { exposure: exposureUs / this.#usualExposureUs, gain };
    });
  }

  acquire(on: boolean): Promise<void> {
    return this.#betweenFrames(() => {
      this.#acquiring = on;
      this.#scheduleChanged = true;
    });
  }

  /** Frames are being taken from now on, or no longer. */
  run(isRunning: boolean): void {
    this.#isRunning = isRunning;
    if (!isRunning) this.#changeAll();
  }

  /** Makes the changes asked for, and waits while no frames shall be taken; whether the schedule begins anew. */
  async nextFrame(signal: AbortSignal): Promise<boolean> {
    this.#changeAll();
    while (!this.#acquiring && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      this.#changeAll();
    }
    const changed = this.#scheduleChanged;
    this.#scheduleChanged = false;
    return changed;
  }

  #betweenFrames(change: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        change();
        resolve();
      });
      if (!this.#isRunning) this.#changeAll();
      this.#wake();
    });
  }

  #changeAll(): void {
    for (const change of this.#waiting.splice(0)) change();
  }
}

/** A sensor that is exposed, frame by frame, as long and with as much gain as is set. */
export function createControlledSensor(
  sensor: SensorParams,
  controls: SimulatedControls,
  random: Pick<Random, 'uint32'>,
): Expose {
  let factors = controls.light;
  let expose = createFastSensor(withLight(sensor, factors), random.uint32());
  return (light, width, pixels) => {
    if (controls.light !== factors) {
      factors = controls.light;
      expose = createFastSensor(withLight(sensor, factors), random.uint32());
    }
    expose(light, width, pixels);
  };
}

/** A sensor exposed for longer or read with more gain; photons and with them their noise follow the exposure. */
function withLight(sensor: SensorParams, { exposure, gain }: LightFactors): SensorParams {
  return {
    ...sensor,
    photonsPerPixel: sensor.photonsPerPixel * exposure,
    gain: sensor.gain * gain,
  };
}
