import { isCalciumWatchRequest } from '#protocol/calcium-request.ts';
import { AccessError } from '#protocol/errors.ts';
import type { Role } from '#protocol/role.ts';
import { isPeopleRequest } from '#protocol/run-request.ts';
import type { ChangeRequest } from './live-hub-options.ts';

/**
 * Lets everybody look, and operators act.
 * @throws {AccessError} when a viewer wants to change something
 */
export function assertMayChange(role: Role, request: ChangeRequest): void {
  if (role === 'operator' || isPeopleRequest(request) || isCalciumWatchRequest(request)) return;
  if (request.type === 'describe-pipeline') return;
  throw new AccessError({
    where: request.type,
    expected: 'the role operator',
    received: `the role ${role}`,
    remedy: 'sign in with a token of an operator',
  });
}
