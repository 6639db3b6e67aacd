import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetPlan } from '#stages/presets.ts';
import { defaultConfig, describeConfig, planOf, readConfig } from '#tracker/config.ts';
import { cameraConfigs, shareThreads } from '#tracker/settings/camera-settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

function configOf(text: string) {
  const path = join(folder, 'rig.toml');
  writeFileSync(path, text);
  return readConfig(path);
}

/** Settings of each camera on a machine of 8 cores. */
const camerasOf = (text: string) => cameraConfigs(configOf(text), defaultConfig(), 8);

test('there is one camera, without a name and with all settings as they are, when nothing is said', () => {
  const config = defaultConfig();
  expect([...cameraConfigs(config, config)]).toEqual([['', config]]);
});

describe('a named camera', () => {
  test('is as the one without a name where nothing else is said of it', () => {
    const cameras = camerasOf('[camera]\nwindow = 9\n[calcium]\nenabled = true\nfps = 20\n[cameras.side]');
    expect([...cameras.keys()]).toEqual(['', 'side']);
    const side = cameras.get('side')!;
    expect(side.camera).toEqual({ window: 9, roiStreaming: 'auto' });
    expect(side.calcium).toMatchObject({ enabled: true, fps: 20 });
    expect(planOf(side)).toEqual(presetPlan('magtrack'));
  });

  test('has its own values key by key, and leaves those of the others alone', () => {
    const cameras = camerasOf(
      '[rois]\nsize = 48\nfollow = true\n[cameras.cells.rois]\nsize = 80\n[cameras.cells.calcium]\nenabled = true',
    );
    expect(cameras.get('cells')!.rois).toMatchObject({ size: 80, follow: true, followPx: 1 });
    expect(cameras.get('cells')!.calcium).toMatchObject({ enabled: true, mostWaiting: 16 });
    expect(cameras.get('')!.rois).toMatchObject({ size: 48, follow: true });
    expect(cameras.get('')!.calcium.enabled).toBe(false);
  });

  test('takes over a pipeline as a whole or not at all', () => {
    const text =
      '[pipeline]\nstages = ["center-of-mass"]\n[cameras.side]\n[cameras.top.pipeline]\npreset = "fast"';
    const cameras = camerasOf(text);
    expect(planOf(cameras.get('side')!).map(({ stage }) => stage)).toEqual(['center-of-mass']);
    expect(planOf(cameras.get('top')!)).toEqual(presetPlan('fast'));
    const short = camerasOf('[cameras.top]\npipeline = ["center-of-mass", "qi"]').get('top')!;
    expect(planOf(short).map(({ stage }) => stage)).toEqual(['center-of-mass', 'qi']);
  });

  test('has no files or devices of another', () => {
    const side = camerasOf(
      [
        '[rois]\nfile = "rois.csv"',
        '[zLut]\nfile = "bead.zlut"',
        '[calcium]\ncells = "cells.npy"',
        '[focusStage]\nkind = "tcp"\naddress = "10.0.0.7:4000"\nmoveCommand = "MOV {zUm}"\nfromNm = 0\ntoNm = 9',
        '[magnetTranslation]\nkind = "tcp"',
        '[cameras.side]',
      ].join('\n'),
    ).get('side')!;
    expect([side.rois.file, side.zLut.file, side.calcium.cells]).toEqual([undefined, undefined, undefined]);
    expect(side.focusStage).toEqual(defaultConfig().focusStage);
    expect(side.magnetTranslation.kind).toBe('camera');
  });

  test('records and is kept apart from the others', () => {
    const text =
      '[recording]\nfolder = "all"\nqueueMiB = 8\n[cameras.a]\n[cameras.b.recording]\nfolder = "elsewhere"';
    const cameras = camerasOf(text);
    expect(cameras.get('a')!.recording).toMatchObject({ folder: join('all', 'a'), queueMiB: 8 });
    expect(cameras.get('b')!.recording.folder).toBe('elsewhere');
    const kept = camerasOf('[rig]\nfile = "keep/rig.json"\n[cameras.a]').get('a')!;
    expect(kept.rig.file).toBe('keep/rig-a.json');
    expect(() => camerasOf('[cameras.a.recording]\nfolder = "./runs"')).toThrow(
      'cameras.a.recording.folder: expected a folder of its own, received that of the camera without a name',
    );
  });

  test('gets an equal part of the threads nobody asks for', () => {
    const threadsOf = (text: string) => [...camerasOf(text).values()].map(({ engine }) => engine.threads);
    expect(threadsOf('[cameras.a]\n[cameras.b]')).toEqual([3, 2, 2]);
    expect(threadsOf('[engine]\nthreads = 4\n[cameras.a]')).toEqual([2, 2]);
    expect(threadsOf('[cameras.a.engine]\nthreads = 5\n[cameras.b]')).toEqual([1, 5, 1]);
    expect(shareThreads(1, [undefined, undefined, undefined])).toEqual([1, 1, 1]);
    expect(shareThreads(3, [2, 2])).toEqual([2, 2]);
  });
});

test.each([
  [
    '[cameras.cells.rois]\ncolor = 1',
    /cameras\.cells\.rois\.color: expected one of size, file, follow.*'color'/,
  ],
  ['[cameras.cells]\ncolor = 1', /cameras\.cells\.color: expected one of camera, .*calcium.*'color'/],
  ['[cameras.cells.server]\nport = 1', /cameras\.cells\.server: expected one of camera, .*'server'/],
  ['[cameras.cells.rois]\nsize = "big"', /cameras\.cells\.rois\.size: expected number.*"big"/],
  ['[cameras.cells.pipeline.params.colors]', /cameras\.cells\.pipeline\.params\.colors: .*center-of-mass/],
  ['cameras = 3', /cameras: expected record.*received 3/],
  ['[cameras.Cells]', /cameras: expected a name of small letters, digits and hyphens.*'Cells'/],
  ['[cameras.".."]', /cameras: expected a name .*'\.\.'/],
  ['[cameras.z-luts]', /cameras: expected a name .*other than sweeps and z-luts.*'z-luts'/],
  [
    Array.from({ length: 9 }, (_, at) => `[cameras.c${at}]`).join('\n'),
    /cameras: expected at most 8 besides the one without a name, received 9/,
  ],
])('%j is refused with its whole path', (text, words) => {
  expect(() => configOf(text)).toThrow(words);
});

test('what a named camera may have is described', () => {
  const text = describeConfig().join('\n');
  expect(text).toMatch(/\[cameras\.NAME\].*\n# may have.* rois, zLut, recording, pipeline, calcium, movie/);
});
