import type { TdmsBytes, TdmsProperty } from './tdms-bytes.ts';
import { STRING, type TdmsType, tdmsType, unreadTypeName } from './tdms-types.ts';

/** Values of one channel in a chunk of a segment. */
interface RawIndex {
  readonly type: TdmsType;
  readonly values: number;
  /** Bytes of all of them. */
  readonly bytes: number;
}

/** What a file says of its root, a group or a channel. */
export interface TdmsObject {
  /** Names without quotes: none for the root, a group, or a group and a channel. */
  readonly path: readonly string[];
  readonly properties: Map<string, TdmsProperty>;
  /** As last given: segments may refer to it. */
  rawIndex?: RawIndex;
}

const NO_VALUES = 0xffffffff;
const AS_BEFORE = 0;
const DAQMX = [0x1269, 0x126a, 0x1369];
/** Beyond, a count was read from bytes that are no description. */
const MOST_OBJECTS = 2 ** 20;

/**
 * Reads the objects of a segment into those known before.
 * @param listed objects that have values in this segment, in their order; changed in place
 * @throws {StackError} if a channel is of DAQmx, of a type of unknown size, or refers to values never described
 */
export function readObjects(
  bytes: TdmsBytes,
  objects: Map<string, TdmsObject>,
  listed: Map<string, TdmsObject>,
): void {
  const count = bytes.uint32();
  if (count > MOST_OBJECTS) throw bytes.refused(`at most ${MOST_OBJECTS} objects`, `${count}`);
  for (let object = 0; object < count; object++) {
    const name = bytes.text();
    const known = objects.get(name) ?? { path: namesOf(name, bytes), properties: new Map() };
    objects.set(name, known);
    const hasValues = readRawIndex(bytes, known, name);
    if (hasValues) listed.set(name, known);
    else listed.delete(name);
    const properties = bytes.uint32();
    for (let property = 0; property < properties; property++) {
      const key = bytes.text();
      known.properties.set(key, bytes.property(key));
    }
  }
}

/** @returns whether the object has values in this segment */
function readRawIndex(bytes: TdmsBytes, object: TdmsObject, name: string): boolean {
  const kind = bytes.uint32();
  if (kind === NO_VALUES) return false;
  if (kind === AS_BEFORE) {
    if (object.rawIndex) return true;
    throw bytes.refused(`values of ${name} described before`, 'a reference to what was not');
  }
  const remedy = 'save the values as plain channels';
  if (DAQMX.includes(kind)) {
    throw bytes.refused(`plain values of ${name}`, 'raw values of DAQmx', remedy);
  }
  const number = bytes.uint32();
  const dimension = bytes.uint32();
  const values = bytes.uint64();
  const type = tdmsType(number);
  if (!type) throw bytes.refused(`plain values of ${name}`, unreadTypeName(number), remedy);
  if (dimension !== 1) throw bytes.refused(`one dimension of ${name}`, `${dimension}`);
  object.rawIndex = {
    type,
    values,
    bytes: type.name === STRING.name ? bytes.uint64() : values * type.bytes,
  };
  return true;
}

/** `/'group'/'channel'`, where a quote within a name is written twice. */
function namesOf(path: string, bytes: TdmsBytes): string[] {
  if (path === '/') return [];
  const names = [...path.matchAll(/\/'((?:[^']|'')*)'/g)];
  const isWhole = names.map(([all]) => all).join('') === path && names.length <= 2;
  if (!isWhole) throw bytes.refused("an object named /'group'/'channel'", path);
  return names.map(([, name]) => name!.replaceAll("''", "'"));
}
