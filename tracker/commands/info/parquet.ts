import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { RecordingError } from '#protocol/errors.ts';
import { type Probe, startsWith } from './probe.ts';

/** A Parquet file, of ours or of anybody, by its footer. */
export const parquetProbe: Probe = {
  kind: 'Parquet',
  async read(place) {
    if (!startsWith(place, 'PAR1')) return null;
    const footer = await parquetMetadataAsync(await asyncBufferFromFile(place.path)).catch(
      (cause: unknown) => {
        const received = cause instanceof Error ? cause.message : String(cause);
        const [expected, remedy] = ['the footer of a Parquet file', 'it is cut off: export or copy it again'];
        throw new RecordingError({ where: place.path, expected, received, remedy }, cause);
      },
    );
    const fields = footer.schema.slice(1);
    return {
      rows: Number(footer.num_rows),
      rowGroups: footer.row_groups.length,
      columns: Object.fromEntries(
        fields.map(({ name, type, converted_type }) => [name, converted_type ?? type]),
      ),
      madeBy: footer.created_by,
      ...Object.fromEntries((footer.key_value_metadata ?? []).map(({ key, value }) => [key, jsonOr(value)])),
    };
  },
};

function jsonOr(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}
