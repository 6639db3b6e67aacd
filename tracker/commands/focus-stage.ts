import { tcpFocusOptions, tcpFocusStage } from '#camera-adapters/focus-stages/tcp-line.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { Config } from '../config.ts';

/**
 * The focus stage of the settings; none where the camera brings it.
 * @throws {ConfigError} naming the key that is missing
 */
export function configuredFocusStage({ focusStage }: Config): { focusStage?: FocusStage } {
  const { fromNm, kind, moveTimeoutMs: _, toNm, ...given } = focusStage;
  if (kind === 'camera') return {};
  const parsed = tcpFocusOptions.safeParse(given);
  const key = parsed.success ? null : String(parsed.error.issues[0]!.path[0]);
  const absent = key ?? (fromNm === undefined ? 'fromNm' : toNm === undefined ? 'toNm' : null);
  if (parsed.success && fromNm !== undefined && toNm !== undefined) {
    return { focusStage: tcpFocusStage(parsed.data, [fromNm, toNm]) };
  }
  throw new ConfigError({
    where: `focusStage.${absent}`,
    expected: 'a value, as focusStage.kind is tcp',
    received: 'none',
    remedy: 'see the settings with: tweezertrack describe config',
  });
}
