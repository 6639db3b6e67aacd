import { expect, test } from 'vitest';
import { nowNs } from '#protocol/clock.ts';
import { noFates } from '#protocol/frame-fate.ts';
import { LatencyBudget } from '#sinks/latency.ts';
import { type MetricSources, Metrics } from '#tracker/live/metrics.ts';

const MS = 1_000_000n;

function sources(): MetricSources {
  return {
    totals: () => ({ ...noFates(), offered: 12, 'in-flight': 2, tracked: 9, 'dropped-link': 1 }),
    latency: new LatencyBudget(),
    engine: {
      facts: { engine: 'wasm', device: 'a "CPU"', fallback: false },
      threads: 3,
      restarts: 2,
      deviceTime: () => null,
    },
    clockStepsBack: () => 6,
    recorder: () => null,
    cameraConnected: () => true,
    beads: () => 250,
    viewers: () => 4,
    refusals: () => ({ origin: 5, host: 0 }),
    calcium: () => ({
      ...{ cells: 40, measured: 700, skipped: 11, waiting: 2, events: 13 },
      ...{ usPerFrame: 850, projected: 600 },
    }),
    movies: () => ({
      film: { file: 'movie.tif', frames: 640, waiting: 3, lost: 17, bytes: 5_000_123, bytesPerS: 1e6 },
      kept: {
        ...{ lastS: 5, subject: 'frames', frames: 490, seconds: 4.9, bytes: 4_100_000, maxMemoryMiB: 64 },
        ...{ lost: 8, saving: null, file: null },
      },
    }),
  };
}

const ofOne = (of: MetricSources) => new Metrics(new Map([['', of]]));

const linesOf = async (metrics: Metrics) => (await metrics.report()).text.split('\n');

test('every number has a name, and labels where there are several', async () => {
  const lines = await linesOf(ofOne(sources()));
  for (const line of [
    'tweezertrack_frames_total{fate="tracked"} 9',
    'tweezertrack_frames_total{fate="dropped-link"} 1',
    'tweezertrack_frames_total{fate="refused"} 0',
    'tweezertrack_frames_offered_total 12',
    'tweezertrack_calcium_cells 40',
    'tweezertrack_calcium_frames_total{fate="measured"} 700',
    'tweezertrack_calcium_frames_total{fate="skipped"} 11',
    'tweezertrack_calcium_frames_waiting 2',
    'tweezertrack_calcium_events_total 13',
    'tweezertrack_calcium_frame_seconds 0.00085',
    'tweezertrack_movie_frames_total{fate="written"} 640',
    'tweezertrack_movie_frames_total{fate="lost"} 17',
    'tweezertrack_movie_frames_waiting 3',
    'tweezertrack_movie_bytes_total 5000123',
    'tweezertrack_kept_frames 490',
    'tweezertrack_kept_bytes 4100000',
    'tweezertrack_kept_frames_lost_total 8',
    'tweezertrack_frames_in_flight 2',
    'tweezertrack_engine_info{engine="wasm",device="a \\"CPU\\"",fallback="false"} 1',
    'tweezertrack_engine_threads 3',
    'tweezertrack_engine_restarts_total 2',
    'tweezertrack_camera_clock_frames_total{clock="back"} 6',
    'tweezertrack_camera_connected 1',
    'tweezertrack_beads 250',
    'tweezertrack_viewers 4',
    'tweezertrack_recording 0',
    'tweezertrack_refusals_total{reason="origin"} 5',
    'tweezertrack_refusals_total{reason="host"} 0',
  ]) {
    expect(lines).toContain(line);
  }
  // `offered` and `in-flight` are sums, not fates.
  expect(lines.filter((line) => line.startsWith('tweezertrack_frames_total{'))).toHaveLength(
    Object.keys(noFates()).length,
  );
});

test('numbers of a named camera have its name as a label, in one block with those of the others', async () => {
  const cells: MetricSources = { ...sources(), beads: () => 7, cameraConnected: () => false };
  cells.latency.histograms['camera-to-tracked'].add(1500);
  const cameras = new Map([
    ['', sources()],
    ['cells', cells],
  ]);
  const lines = await linesOf(new Metrics(cameras));
  for (const [line, next] of [
    ['tweezertrack_beads 250', 'tweezertrack_beads{camera="cells"} 7'],
    ['tweezertrack_camera_connected 1', 'tweezertrack_camera_connected{camera="cells"} 0'],
    ['tweezertrack_kept_frames 490', 'tweezertrack_kept_frames{camera="cells"} 490'],
    ['tweezertrack_frames_offered_total 12', 'tweezertrack_frames_offered_total{camera="cells"} 12'],
  ]) {
    expect(lines[lines.indexOf(line!) + 1]).toBe(next);
  }
  expect(lines).toContain('tweezertrack_frames_total{camera="cells",fate="tracked"} 9');
  expect(lines).toContain('tweezertrack_latency_seconds_count{step="camera-to-tracked"} 0');
  expect(lines).toContain('tweezertrack_latency_seconds_count{camera="cells",step="camera-to-tracked"} 1');
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
});

test('the time of a GPU is told in seconds, and is 0 where there is none', async () => {
  const told = sources();
  expect(await linesOf(ofOne(told))).toContain('tweezertrack_gpu_seconds_total 0');
  const deviceTime = () => ({ rois: 5000, us: 250_000, lastUsPerRoi: 50 });
  const lines = await linesOf(ofOne({ ...told, engine: { ...told.engine, deviceTime } }));
  expect(lines).toContain('tweezertrack_gpu_seconds_total 0.25');
  expect(lines).toContain('tweezertrack_gpu_rois_total 5000');
});

test('counts are those of the moment they are asked for, however often', async () => {
  const changing = sources();
  let written = 1000;
  changing.recorder = () => {
    const rows = { rowsWritten: written, rowsWaiting: 7, rowsLost: 3 };
    const cells = { ...rows, frames: { measured: 0, skipped: 0, lost: 0 } };
    return { ...rows, bytesWritten: 5e6, frames: noFates(), cells };
  };
  const metrics = ofOne(changing);
  await metrics.report();
  written = 1500;
  const lines = await linesOf(metrics);
  expect(lines).toContain('tweezertrack_recorded_rows_total{state="written"} 1500');
  expect(lines).toContain('tweezertrack_recorded_rows_total{state="lost"} 3');
  expect(lines).toContain('tweezertrack_recorder_rows_waiting 7');
  expect(lines).toContain('tweezertrack_recorded_bytes_total 5000000');
  expect(lines).toContain('tweezertrack_recording 1');
});

test('latency is a histogram for each step: cumulative, with sum and count', async () => {
  const told = sources();
  const receivedNs = nowNs();
  for (const engineMs of [1n, 3n, 3n, 40n]) {
    const submittedNs = receivedNs;
    const trackedNs = receivedNs + engineMs * MS;
    told.latency.tracked([{ id: 0, timeNs: 0n, receivedNs, submittedNs, trackedNs }], false);
  }
  const metrics = ofOne(told);
  const lines = await linesOf(metrics);
  const of = (suffix: string) => `tweezertrack_latency_seconds_${suffix}`;
  // Bounds are octaves of 1 µs: 1.024, 4.096 and 65.536 ms.
  expect(lines).toContain(`${of('bucket')}{step="submitted-to-tracked",le="0.001024"} 1`);
  expect(lines).toContain(`${of('bucket')}{step="submitted-to-tracked",le="0.004096"} 3`);
  expect(lines).toContain(`${of('bucket')}{step="submitted-to-tracked",le="0.065536"} 4`);
  expect(lines).toContain(`${of('bucket')}{step="submitted-to-tracked",le="+Inf"} 4`);
  expect(lines).toContain(`${of('sum')}{step="submitted-to-tracked"} 0.047`);
  expect(lines).toContain(`${of('count')}{step="submitted-to-tracked"} 4`);
  expect(lines).toContain(`${of('count')}{step="camera-to-received"} 0`);
  expect(lines).toContain('tweezertrack_camera_clock_frames_total{clock="foreign"} 4');
  expect(lines.filter((line) => line === `# TYPE tweezertrack_latency_seconds histogram`)).toHaveLength(1);
});

test('the process itself is told of once, with several trackers in it too', async () => {
  const trackers = [ofOne(sources()), ofOne(sources())];
  for (const metrics of trackers) {
    const lines = await linesOf(metrics);
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
      expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(lines).toContain('# TYPE nodejs_gc_duration_seconds histogram');
  }
});

test('every line is a comment, a sample or empty, and no sample is there twice', async () => {
  const { contentType, text } = await ofOne(sources()).report();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
  for (const sample of samples) {
    expect(sample).toMatch(/^[a-z_0-9]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? (-?[0-9.e+-]+|Nan)$/i);
  }
  const names = samples.map((sample) => sample.slice(0, sample.lastIndexOf(' ')));
  expect(new Set(names).size).toBe(names.length);
});
