import { isCalciumWatchRequest } from '#protocol/calcium-request.ts';
import { AccessError, LimitError } from '#protocol/errors.ts';
import { encodeLive } from '#protocol/live.ts';
import type { PeopleMessage } from '#protocol/people.ts';
import { isPeopleRequest, type PeopleRequest } from '#protocol/run-request.ts';
import type { ChangeRequest } from '#sinks/live-hub-options.ts';
import type { Viewer } from '#sinks/viewer.ts';
import type { AlarmBook } from './alarm-book.ts';

/** Whatever moves can be stopped by every operator. */
const FREE_FOR_ALL: ReadonlySet<string> = new Set(['focus-stop', 'motor-stop', 'sweep-stop', 'sweep-pause']);

/** People remembered for the alarms they read. */
const MOST_PEOPLE = 500;

interface Person {
  /** Of the browser; told to nobody. */
  key: string;
  name: string;
}

/**
 * Who looks, who acts, and who has read which alarm.
 *
 * One person at a time acts. Control is nobody's at first: the operator who acts has it from then on, in all pages of
 * the same browser, until they give it back, close their last page, or another operator takes it. What somebody asks
 * for while another has control is refused. A program that does not introduce itself neither takes nor needs control:
 * this keeps people from acting against one another, and is no lock; the roles are.
 */
export class ControlHolder {
  readonly #alarms: AlarmBook;
  readonly #open: () => ReadonlySet<Viewer>;
  readonly #onTaken: (text: string) => void;
  readonly #people = new Map<string, Person>();
  readonly #personOf = new WeakMap<Viewer, Person>();
  readonly #named = { operator: 0, viewer: 0, camera: 0 };
  #holder: Person | null = null;
  #alarmsTold = 0;

  /** @param onTaken told in words when control goes from one to another by force */
  constructor(alarms: AlarmBook, open: () => ReadonlySet<Viewer>, onTaken: (text: string) => void) {
    this.#alarms = alarms;
    this.#open = open;
    this.#onTaken = onTaken;
  }

  /**
   * Does what is asked of control and alarms, and lets everything else pass that its asker may do now.
   * @returns what is left to be done
   * @throws {AccessError} when another has control, or a viewer wants it
   */
  admit(request: ChangeRequest, asker: Viewer): Exclude<ChangeRequest, PeopleRequest> | null {
    if (isPeopleRequest(request)) {
      this.#do(request, asker);
      return null;
    }
    if (FREE_FOR_ALL.has(request.type) || isCalciumWatchRequest(request)) return request;
    const person = this.#personOf.get(asker);
    if (!person || person === this.#holder) return request;
    const holder = this.#present();
    if (holder) {
      throw new AccessError({
        where: request.type,
        expected: 'who has control',
        received: `${person.name}, while ${holder.name} has it`,
        remedy: 'take over control in the view Run',
      });
    }
    this.#holder = person;
    this.tell();
    return request;
  }

  /** What somebody is called; empty for a program that says nothing of itself. */
  nameOf(viewer: Viewer): string {
    return this.#personOf.get(viewer)?.name ?? viewer.name;
  }

  /** Tells everybody who is there and who has control. */
  tell(): void {
    const open = [...this.#open()];
    const holder = this.#present();
    this.#holder = holder;
    const counts = { viewers: open.length, operators: open.filter(({ role }) => role === 'operator').length };
    for (const viewer of open) {
      const person = this.#personOf.get(viewer);
      if (!person) continue;
      const message: PeopleMessage = {
        type: 'people',
        you: { name: person.name, role: viewer.role },
        holder: holder && { name: holder.name, isYou: holder === person },
        ...counts,
      };
      viewer.tell(encodeLive(message));
    }
  }

  /** Tells everybody of alarms that came since this was last called. */
  tellAlarms(): void {
    if (this.#alarmsTold === this.#alarms.version) return;
    this.#alarmsTold = this.#alarms.version;
    for (const viewer of this.#open()) this.#tellAlarms(viewer);
  }

  #do(request: PeopleRequest, asker: Viewer): void {
    if (request.type === 'introduce') {
      this.#introduce(asker, request.person, request.name);
      return;
    }
    const person = this.#personOf.get(asker);
    if (!person) {
      throw new AccessError({ where: request.type, expected: 'an introduction first', received: 'none' });
    }
    if (request.type === 'read-alarms') {
      this.#alarms.read(person.key, request.read);
      for (const viewer of this.#open()) if (this.#personOf.get(viewer) === person) this.#tellAlarms(viewer);
      return;
    }
    if (asker.role !== 'operator') {
      throw new AccessError({ where: request.type, expected: 'the role operator', received: asker.role });
    }
    const before = this.#present();
    if (request.type === 'take-control') {
      this.#holder = person;
      if (before && before !== person) this.#onTaken(`${person.name} took over control from ${before.name}`);
    } else if (before === person) this.#holder = null;
    this.tell();
  }

  #introduce(viewer: Viewer, id: string, name: string): void {
    const { role } = viewer;
    // At one browser people may sign in one after the other.
    const key = `${role} ${viewer.name} ${id}`;
    let person = this.#people.get(key);
    if (!person) {
      this.#makeRoom();
      person = { key, name: name || viewer.name || `${role} ${++this.#named[role]}` };
      this.#people.set(key, person);
    }
    if (name) person.name = name;
    this.#personOf.set(viewer, person);
    this.tell();
    this.#tellAlarms(viewer);
  }

  #tellAlarms(viewer: Viewer): void {
    const person = this.#personOf.get(viewer);
    if (person) viewer.tell(encodeLive({ type: 'alarms', alarms: this.#alarms.of(person.key) }));
  }

  /** The holder, as long as a page of theirs is open. */
  #present(): Person | null {
    return this.#holder && this.#isThere(this.#holder) ? this.#holder : null;
  }

  #isThere(person: Person): boolean {
    for (const viewer of this.#open()) if (this.#personOf.get(viewer) === person) return true;
    return false;
  }

  /** @throws {LimitError} when as many people are there at once */
  #makeRoom(): void {
    if (this.#people.size < MOST_PEOPLE) return;
    const gone = [...this.#people.values()].find((person) => !this.#isThere(person));
    if (!gone) {
      throw new LimitError({
        where: 'introduce',
        expected: `at most ${MOST_PEOPLE} people`,
        received: 'more',
      });
    }
    this.#people.delete(gone.key);
  }
}
