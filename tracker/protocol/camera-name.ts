/** Below it every named camera has a page, links and recordings of its own, as the one without a name has at the root. */
const CAMERAS_PATH = '/cameras';

/** Cameras of a tracker besides the one without a name. */
export const MOST_NAMED_CAMERAS = 8;

/** Name, in all lists of cameras, of the one that needs none. */
export const MAIN_CAMERA = '';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 40;

/** Whether a camera may be called so: small letters, digits and single hyphens between them. */
export function isCameraName(name: string): boolean {
  return name.length <= LONGEST_NAME && NAME.test(name);
}

/** Where all of a camera begins: `/cameras/NAME`, or nothing for the one without a name. */
export function cameraPath(name: string): string {
  return name === MAIN_CAMERA ? '' : `${CAMERAS_PATH}/${name}`;
}

/** The camera that a path is of, whether there is one or not, and what is left of the path below it. */
export function splitCameraPath(path: string): { name: string; rest: string } {
  const [, name, rest = ''] = /^\/cameras\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  return name === undefined ? { name: MAIN_CAMERA, rest: path } : { name, rest };
}

/** Address of a path of the tracker, or of one of its cameras, below its base, e.g. `ws://host:8321/cameras/cells`. */
export function urlBelow(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return url;
}
