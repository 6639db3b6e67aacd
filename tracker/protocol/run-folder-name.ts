/** What a run folder is called unless somebody says otherwise. */
export const DEFAULT_PATTERN = '{date}_{time}_{name}';

/** What a pattern may hold in braces. */
export const PLACEHOLDERS = {
  date: 'the day, UTC, e.g. 2026-11-21',
  time: 'the time, UTC, e.g. 14-03-59',
  name: 'what you call the run',
  camera: 'the name of the camera',
} as const;

type Placeholder = keyof typeof PLACEHOLDERS;

const MOST_CHARACTERS = 100;
/** Folders with these names are something else, here or on Windows. */
const TAKEN = /^(sweeps|con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const SAFE = 'letters, digits, _, - and .';

/** What a run is named after. */
export interface RunNaming {
  pattern: string;
  name: string;
  camera: string;
  startedAt: Date;
}

/** The folder of a run, or why there can be none of that name. */
export type RunFolderName = { folder: string } | { problem: string };

/** The name of a run folder: one part of a path, of characters that are safe in every file system and shell. */
export function runFolderName({ pattern, name, camera, startedAt }: RunNaming): RunFolderName {
  if (!/^[\w.-]*$/.test(name)) return { problem: `the name of a run takes ${SAFE}` };
  const stamp = startedAt.toISOString();
  const values: Record<Placeholder, string> = {
    date: stamp.slice(0, 10),
    time: stamp.slice(11, 19).replaceAll(':', '-'),
    name,
    camera: camera.replace(/[^\w.-]+/g, '-'),
  };
  const unknown = [...pattern.matchAll(/\{([^{}]*)\}/g)].find(([, key]) => !(key! in PLACEHOLDERS));
  if (unknown) return { problem: `${unknown[0]} is not one of ${placeholderList()}` };
  // An empty name leaves no separators behind.
  const folder = pattern
    .replace(/\{(\w+)\}/g, (_, key: Placeholder) => values[key])
    .replace(/([_.-])[_.-]+/g, '$1')
    .replace(/^[_.-]+|[_.-]+$/g, '');
  if (folder === '') return { problem: 'a folder needs a name' };
  if (!/^[\w.-]+$/.test(folder))
    return { problem: `a file name pattern takes ${SAFE}, and ${placeholderList()}` };
  if (folder.length > MOST_CHARACTERS)
    return { problem: `a folder name has at most ${MOST_CHARACTERS} characters` };
  if (TAKEN.test(folder)) return { problem: `'${folder}' means something else` };
  return { folder };
}

function placeholderList(): string {
  return Object.keys(PLACEHOLDERS)
    .map((key) => `{${key}}`)
    .join(', ');
}
