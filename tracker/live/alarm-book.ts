import type { Alarm } from '#protocol/people.ts';

const MOST_ALARMS = 100;

interface KeptAlarm extends Omit<Alarm, 'read'> {
  key: string;
  /** How many of these a person has read. */
  readBy: Map<string, number>;
}

/** Warnings and errors since the tracker began, and who has read them. Those that differ in numbers only are one. */
export class AlarmBook {
  #alarms: KeptAlarm[] = [];
  #lastId = 0;
  /** Counts the changes. */
  version = 0;

  add(level: Alarm['level'], text: string, nowMs = Date.now()): void {
    const key = `${level} ${text.replace(/\d+(\.\d+)?/g, '#')}`;
    const before = this.#alarms.find((alarm) => alarm.key === key);
    const alarm = before ?? {
      id: ++this.#lastId,
      key,
      level,
      text,
      firstMs: nowMs,
      times: 0,
      readBy: new Map(),
    };
    const others = this.#alarms.filter((one) => one !== before);
    this.#alarms = [{ ...alarm, text, lastMs: nowMs, times: alarm.times + 1 }, ...others].slice(
      0,
      MOST_ALARMS,
    );
    this.version++;
  }

  /** Alarms as one person has read them, the newest first. */
  of(person: string): Alarm[] {
    return this.#alarms.map(({ key: _, readBy, ...alarm }) => ({ ...alarm, read: readBy.get(person) ?? 0 }));
  }

  /** A person has read alarms as they were; those that came again since stay unread. */
  read(person: string, alarms: readonly { alarm: number; times: number }[]): void {
    for (const { alarm: id, times } of alarms) {
      const alarm = this.#alarms.find((one) => one.id === id);
      if (alarm) alarm.readBy.set(person, Math.min(times, alarm.times));
    }
  }
}
