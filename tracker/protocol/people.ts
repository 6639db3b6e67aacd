import type { Role } from './role.ts';

/** Who looks and who acts, as told to one of them; sent to those who introduced themselves. */
export interface PeopleMessage {
  type: 'people';
  you: { name: string; role: Role };
  /** Who holds control; null when nobody does, and the first to act will. */
  holder: { name: string; isYou: boolean } | null;
  /** Dashboards that are open, and those of them that may act. */
  viewers: number;
  operators: number;
}

/** A warning or error that stays until it is read; the same one again counts up and is unread again. */
export interface Alarm {
  id: number;
  level: 'warning' | 'error';
  text: string;
  /** ms since 1970. */
  firstMs: number;
  lastMs: number;
  times: number;
  /** How many of these the one who is told has read. */
  read: number;
}

/** Alarms since the tracker began, the newest 100, newest first. */
export interface AlarmsMessage {
  type: 'alarms';
  alarms: Alarm[];
}
