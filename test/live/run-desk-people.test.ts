import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AlarmsMessage, PeopleMessage } from '#protocol/people.ts';
import { connect, EXPOSURE, eachWithDesk, enter, type Page, SOON, tracker } from '../support/desk-pages.ts';

eachWithDesk();

test('a viewer is told who acts, and can do nothing but read alarms', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const viewer = await enter('viewer', 'browser-of-a-viewer');
  const requests = [
    ...[
      { type: 'acquire', on: false },
      { type: 'set-camera', name: 'exposureUs', value: 20 },
    ],
    ...[{ type: 'start-saving' }, { type: 'stop-saving' }, { type: 'add-note', text: 'x' }],
    ...[{ type: 'set-rig', choices: {} }, { type: 'take-control' }, { type: 'release-control' }],
  ];
  for (const request of requests) {
    expect(await viewer.ask(request)).toMatch(/^E_ACCESS .*expected the role operator/);
  }
  expect(await viewer.ask({ type: 'read-alarms', read: [] })).toBeNull();
  const operator = await enter('operator', 'browser-of-anna', 'Anna');
  expect(await operator.ask({ type: 'set-rig', choices: { notes: 'day 2' } })).toBeNull();
  const people: PeopleMessage = {
    ...{ type: 'people', you: { name: 'viewer 1', role: 'viewer' }, viewers: 2, operators: 1 },
    holder: { name: 'Anna', isYou: false },
  };
  await expect.poll(() => viewer.newest('people'), SOON).toEqual(people);
});

test('a person is called as their token says until they say otherwise, and the log of a run says who did what', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const anna = await enter('operator', 'browser-of-lab', '', 'Anna');
  const renamed = await enter('operator', 'browser-of-bob', 'Dr. B.', 'Bob');
  const nobody = await enter('operator');
  const named = (page: Page) => page.newest('people')?.you.name;
  await expect.poll(() => [named(anna), named(renamed)], SOON).toEqual(['Anna', 'Dr. B.']);
  expect(await anna.ask({ type: 'start-saving' })).toBeNull();
  const run = tracker.recording!;
  expect(await anna.ask({ type: 'add-note', text: 'first' })).toBeNull();
  expect(await renamed.ask({ type: 'take-control' })).toBeNull();
  expect(await renamed.ask({ type: 'add-note', text: 'second' })).toBeNull();
  expect(await nobody.ask({ type: 'add-note', text: 'third' })).toBeNull();
  expect(await renamed.ask({ type: 'stop-saving' })).toBeNull();
  const { log } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  expect(log).toMatchObject([
    { note: 'first', by: 'Anna' },
    { note: 'second', by: 'Dr. B.' },
    { note: 'third' },
  ]);
  expect(log[2]).not.toHaveProperty('by');
  const told = () => anna.got.flatMap((one) => (one.type === 'event' ? [one.text] : []));
  await expect.poll(told, SOON).toContain(`recording to ${run} (Anna)`);
  await expect.poll(told, SOON).toContain(`Saving off: ${run} (Dr. B.)`);
  // Another signs in at the same browser.
  const carl = await enter('operator', 'browser-of-lab', '', 'Carl');
  await expect.poll(() => named(carl), SOON).toBe('Carl');
  expect(named(anna)).toBe('Anna');
});

test('who acts has control until another takes it; nobody alone is hindered, and a stop is always heard', async () => {
  await connect();
  const anna = await enter('operator', 'browser-of-anna', 'Anna');
  const second = await enter('operator', 'browser-of-anna', 'Anna');
  const ben = await enter('operator', 'browser-of-ben');
  const act = { type: 'set-rig', choices: {} };
  expect([await anna.ask(act), await second.ask(act)]).toEqual([null, null]);
  expect(await ben.ask(act)).toMatch(/^E_ACCESS set-rig: .*operator 1, while Anna has it; take over control/);
  expect(await ben.ask({ type: 'focus-stop' })).not.toMatch(/^E_ACCESS/);
  const magnet = { motor: 'magnet-translation' };
  expect(await ben.ask({ type: 'motor-move', ...magnet, to: 1 })).toMatch(/^E_ACCESS/);
  expect(await ben.ask({ type: 'motor-stop', ...magnet })).toMatch(/^E_DEVICE/);
  expect(await ben.ask({ type: 'take-control' })).toBeNull();
  expect(await ben.ask(act)).toBeNull();
  expect(await anna.ask(act)).toMatch(/while operator 1 has it/);
  await expect.poll(() => anna.newest('event')?.text, SOON).toBe('operator 1 took over control from Anna');
  // Ben leaves: Anna acts again without asking anybody.
  ben.ws.terminate();
  await expect.poll(() => anna.newest('people')?.holder, SOON).toBeNull();
  expect(await anna.ask(act)).toBeNull();
  expect(await anna.ask({ type: 'release-control' })).toBeNull();
  expect(anna.newest('people')?.holder).toBeNull();
  // A program that is nobody's page needs no control.
  expect(await (await enter('operator')).ask(act)).toBeNull();
});

test('who looks at cells neither takes nor needs control; who changes them does', async () => {
  await connect();
  const anna = await enter('operator', 'browser-of-anna', 'Anna');
  const ben = await enter('operator', 'browser-of-ben', 'Ben');
  const look = { type: 'calcium-projection', kind: 'mean' };
  expect(await anna.ask({ type: 'watch-cells', cells: [1] })).toBeNull();
  expect(await anna.ask(look)).toMatch(/^E_CONFIG .*received calcium off; turn calcium on/);
  expect(await ben.ask({ type: 'set-calcium', neuropil: null })).toBeNull();
  expect(await anna.ask({ type: 'set-calcium', neuropil: null })).toMatch(
    /^E_ACCESS set-calcium: .*while Ben has it/,
  );
  expect(await anna.ask(look)).toMatch(/^E_CONFIG/);
  await expect.poll(() => anna.newest('people')?.holder, SOON).toMatchObject({ name: 'Ben' });
});

test('alarms stay until each person has read them, also after a reload, and come again when they happen again', async () => {
  await connect();
  const unread = (message: AlarmsMessage | undefined) =>
    message?.alarms.filter(({ times, read }) => read < times).map(({ text, times }) => [text, times]);
  const anna = await enter('operator', 'browser-of-anna');
  const ben = await enter('viewer', 'browser-of-ben');
  tracker.notice('thread 1 was replaced');
  tracker.notice('thread 2 was replaced');
  await expect.poll(() => unread(anna.newest('alarms')), SOON).toEqual([['thread 2 was replaced', 2]]);
  const [alarm] = anna.newest('alarms')!.alarms;
  expect(await anna.ask({ type: 'read-alarms', read: [{ alarm: alarm!.id, times: 2 }] })).toBeNull();
  expect(unread(anna.newest('alarms'))).toEqual([]);
  anna.ws.terminate();
  const again = await enter('operator', 'browser-of-anna');
  expect(unread(again.newest('alarms'))).toEqual([]);
  await expect.poll(() => unread(ben.newest('alarms')), SOON).toHaveLength(1);
  tracker.notice('thread 3 was replaced');
  await expect.poll(() => unread(again.newest('alarms')), SOON).toEqual([['thread 3 was replaced', 3]]);
});
