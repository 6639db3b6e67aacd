import type { Alarm } from '#protocol/people.ts';

/** Alarms that the person at this page has not read as they are now. */
export function unreadAlarms(alarms: readonly Alarm[]): Alarm[] {
  return alarms.filter(({ times, read }) => read < times);
}
