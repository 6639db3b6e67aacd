import type { z } from 'zod';
import type { CameraAdapter } from './define.ts';
import { ffmpegCamera, ffmpegCameraOptions } from './ffmpeg-camera.ts';
import { replayCamera, replayCameraOptions } from './replay.ts';
import { simulatedCamera, simulatedCameraOptions } from './simulated.ts';
import { simulatedCalciumCamera } from './simulated-calcium.ts';
import { simulatedCalciumOptions } from './simulated-calcium-options.ts';
import { watchFolderCamera, watchFolderOptions } from './watch-folder.ts';

/** A kind of camera as the command line lists it. */
export interface ListedAdapter {
  /** kebab-case */
  name: string;
  description: string;
  options: z.ZodObject;
  /** The setting that is given without its name. */
  operand?: { setting: string; name: string };
  /** @param say words for the person at the terminal */
  create(settings: Record<string, unknown>, say: (text: string) => void): CameraAdapter;
}

/** Every camera that is a file here: a new one is its file and an entry. */
export const ADAPTERS: readonly ListedAdapter[] = [
  {
    name: 'simulated',
    description: 'beads rendered from exact optics, with noise, motion and known truth',
    options: simulatedCameraOptions,
    create: (settings) => simulatedCamera(settings),
  },
  {
    name: 'simulated-calcium',
    description: 'cells with calcium, neuropil and bleaching, of known truth, beside beads',
    options: simulatedCalciumOptions,
    create: (settings) => simulatedCalciumCamera(settings),
  },
  {
    name: 'replay',
    description: 'a recorded stack, played as a camera',
    options: replayCameraOptions,
    operand: { setting: 'path', name: 'stack' },
    create: (settings) => replayCamera({ path: '', ...settings }),
  },
  {
    name: 'folder',
    description: 'images that another program writes into a folder, as they come',
    options: watchFolderOptions,
    operand: { setting: 'path', name: 'folder' },
    create: (settings, say) => watchFolderCamera({ path: '', ...settings }, say),
  },
  {
    name: 'ffmpeg',
    description: 'a camera that ffmpeg reads: V4L2 on Linux, and what else it knows',
    options: ffmpegCameraOptions,
    operand: { setting: 'input', name: 'input' },
    create: (settings) => ffmpegCamera({ input: '', ...settings }),
  },
];

/** A program in Python beside them, with options of its own. */
export interface PythonAdapter {
  name: string;
  description: string;
  /** File in the folder `python`. */
  script: string;
  /** What it imports. */
  modules: readonly string[];
  /** How to get it on Debian. */
  packages: string;
}

export const PYTHON_ADAPTERS: readonly PythonAdapter[] = [
  {
    name: 'aravis',
    description: 'a GigE Vision or USB3 Vision camera, through Aravis (Python)',
    script: 'aravis_camera.py',
    modules: ['gi', 'numpy', 'websockets', 'msgpack'],
    packages: 'gir1.2-aravis-0.8 python3-gi python3-numpy python3-websockets python3-msgpack',
  },
  {
    name: 'micro-manager',
    description: 'a camera of Micro-Manager, and its focus drive (Python, an example)',
    script: 'micro_manager_camera.py',
    modules: ['pymmcore_plus', 'numpy', 'websockets', 'msgpack'],
    packages: 'python3-numpy python3-websockets python3-msgpack, and: pip install pymmcore-plus',
  },
];
