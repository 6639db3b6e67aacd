import type { Dataset, Group } from 'h5wasm';
import { mountHdf5 } from '#camera-adapters/stacks/hdf5-library.ts';
import { openStackFile } from '#camera-adapters/stacks/stack-file.ts';
import { type Facts, type Probe, startsWith } from './probe.ts';

/** Datasets that are listed at most. */
const MOST_DATASETS = 200;

/** Texts of attributes that are shown at most. */
const MOST_TEXT = 1000;

/** An HDF5 file, of ours or of anybody: its datasets, and what its attributes say. */
export const hdf5Probe: Probe = {
  kind: 'HDF5',
  async read(place) {
    // MATLAB writes 512 bytes of its own before it.
    const behind = { ...place, head: place.head.subarray(512) };
    if (!startsWith(place, '\x89HDF') && !startsWith(behind, '\x89HDF')) return null;
    const file = await openStackFile(place.path);
    try {
      const { root, close } = await mountHdf5(file, file.size);
      try {
        const datasets: Facts = {};
        list(root, '', datasets);
        const layout = 'tracking/frame_offsets' in datasets ? { layout: 'magscope' } : {};
        return { ...layout, ...attributesOf(root), datasets };
      } finally {
        close();
      }
    } finally {
      await file.handle.close();
    }
  },
};

function list(group: Group, prefix: string, into: Facts): void {
  for (const name of group.keys()) {
    if (Object.keys(into).length === MOST_DATASETS) return;
    const path = `${prefix}${name}`;
    const child = group.get(name);
    if (child && 'keys' in child) list(child, `${path}/`, into);
    else if (child && 'shape' in child) into[path] = describe(child);
  }
}

function describe({ shape, dtype }: Dataset): string {
  const type = typeof dtype === 'string' ? dtype : 'records';
  return `${type} [${shape?.join(', ') ?? 'empty'}]`;
}

function attributesOf(group: Group): Facts {
  const facts: Facts = {};
  for (const [name, { json_value }] of Object.entries(group.attrs)) {
    facts[name] = typeof json_value === 'string' ? parsed(json_value) : json_value;
  }
  return facts;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}...` : text;
  }
}
