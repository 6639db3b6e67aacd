import { openTdms } from '#camera-adapters/stacks/tdms.ts';
import type { TdmsProperty } from '#camera-adapters/stacks/tdms-bytes.ts';
import { type Facts, type Probe, startsWith } from './probe.ts';

/** A TDMS file of LabVIEW: its channels, and what it says of itself. */
export const tdmsProbe: Probe = {
  kind: 'TDMS of LabVIEW',
  async read(place) {
    if (!startsWith(place, 'TDSm')) return null;
    const file = await openTdms(place.path);
    try {
      const channels: Record<string, Facts> = {};
      for (const { group, name, values, properties } of file.channels) {
        channels[`${group}/${name}`] = { values, ...propertiesOf(properties) };
      }
      return { cut: file.cut ?? 'no', ...propertiesOf(file.properties), channels };
    } finally {
      await file.close();
    }
  },
};

/** Numbers of 64 bits are texts in JSON. */
function propertiesOf(properties: ReadonlyMap<string, TdmsProperty>): Facts {
  const shown = [...properties].map(([name, value]) => [
    name,
    typeof value === 'bigint' ? String(value) : value,
  ]);
  return Object.fromEntries(shown);
}
