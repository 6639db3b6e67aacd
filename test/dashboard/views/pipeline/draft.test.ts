import { expect, test } from 'vitest';
import type { DescribedStep, PipelineMessage } from '#protocol/pipeline-message.ts';
import type { Answer, Ask } from '../../../../dashboard/link/live-connection.ts';
import { changesOf } from '../../../../dashboard/views/pipeline/changes.ts';
import { PlanDraft } from '../../../../dashboard/views/pipeline/draft.ts';

const step = (stage: string, params: DescribedStep['params'] = {}): DescribedStep => ({ stage, params });
const RUNNING = [step('mass', { k: 1, from: 'none' }), step('line'), step('rings'), step('z')];

const param = { name: 'k', title: 'K', description: '', unit: null, type: 'number' } as const;
const about = { title: '', source: '', params: [] };
const PIPELINE: PipelineMessage = {
  type: 'pipeline',
  id: 1,
  stages: [
    { ...about, name: 'mass', reads: [], writes: ['center'] },
    { ...about, name: 'line', reads: ['center'], writes: ['center'] },
    { ...about, name: 'rings', reads: ['center'], writes: ['profile'] },
    { ...about, name: 'z', reads: ['profile'], writes: ['zNm'] },
    {
      ...about,
      name: 'fine',
      reads: ['center'],
      writes: ['center'],
      params: [{ ...param, default: 3, min: 0, max: 4, choices: null }],
    },
  ],
  presets: [{ name: 'short', title: 'short', steps: [step('mass', { k: 2, from: 'none' })] }],
  plan: RUNNING,
};

/** A tracker that describes itself and keeps what it is asked. */
function trackerThat(pipeline: PipelineMessage) {
  const asked: Ask[] = [];
  const state = { pipeline, error: null as string | null };
  const request = async (ask: Ask, onAnswer?: (answer: Answer) => void) => {
    asked.push(ask);
    if (ask.type === 'describe-pipeline') onAnswer?.(state.pipeline);
    if (ask.type === 'check-plan') {
      onAnswer?.({ type: 'plan-check', id: 0, problems: [], unfit: [], findsZ: true });
    }
    return ask.type === 'describe-pipeline' ? null : state.error;
  };
  return { asked, state, request };
}

const stages = (draft: PlanDraft) => draft.steps.value.map(({ stage }) => stage);

test('what differs from the plan that runs is told step by step', () => {
  expect(changesOf(RUNNING, RUNNING)).toMatchObject({ isSame: true, removed: [] });
  const draft = [step('mass', { k: 2, from: 'none' }), RUNNING[2]!, RUNNING[1]!, step('fine')];
  const { isSame, removed, steps } = changesOf(draft, RUNNING);
  expect({ isSame, removed }).toEqual({ isSame: false, removed: ['z'] });
  expect(steps.map(({ isNew, isMoved, before }) => [isNew, isMoved, Object.fromEntries(before)])).toEqual([
    [false, false, { k: 1 }],
    [false, true, {}],
    [false, true, {}],
    [true, false, {}],
  ]);
  expect(changesOf([], RUNNING)).toMatchObject({ isSame: false, removed: ['mass', 'line', 'rings', 'z'] });
});

test('a draft is changed step by step, and checked after each change but back to what runs', async () => {
  const tracker = trackerThat(PIPELINE);
  const draft = new PlanDraft(tracker);
  await draft.refresh();
  expect(stages(draft)).toEqual(['mass', 'line', 'rings', 'z']);
  expect(tracker.asked).toHaveLength(1);
  draft.add('fine');
  // Behind the last that writes what it reads.
  expect(stages(draft)).toEqual(['mass', 'line', 'fine', 'rings', 'z']);
  expect(draft.steps.value[2]!.params).toEqual({ k: 3 });
  const { key } = draft.steps.value[2]!;
  draft.move(key, -1);
  draft.set(key, 'k', '');
  expect(tracker.asked.at(-1)).toEqual({
    type: 'check-plan',
    steps: [RUNNING[0], step('fine', { k: '' }), ...RUNNING.slice(1)],
  });
  expect(draft.check.value).toMatchObject({ problems: [] });
  draft.remove(key);
  expect(draft.changes.value.isSame).toBe(true);
  draft.usePreset('short');
  expect(stages(draft)).toEqual(['mass']);
  const { length } = tracker.asked;
  draft.reset();
  expect([stages(draft).length, tracker.asked.length]).toEqual([4, length]);
});

test('a draft that nobody has changed follows the plan that runs, another stays and says why it was refused', async () => {
  const tracker = trackerThat(PIPELINE);
  const draft = new PlanDraft(tracker);
  await draft.refresh();
  tracker.state.pipeline = { ...PIPELINE, plan: RUNNING.slice(0, 2) };
  await draft.refresh();
  expect(stages(draft)).toEqual(['mass', 'line']);
  draft.add('rings');
  tracker.state.error = 'E_ZLUT no';
  await draft.apply();
  expect(draft.error.value).toBe('E_ZLUT no');
  expect(stages(draft)).toEqual(['mass', 'line', 'rings']);
  tracker.state.error = null;
  tracker.state.pipeline = PIPELINE;
  draft.mayLoseZ.value = true;
  await draft.apply();
  const asked = tracker.asked.findLast(({ type }) => type === 'apply-plan');
  expect(asked).toMatchObject({
    mayLoseZ: true,
    steps: [{ stage: 'mass' }, { stage: 'line' }, { stage: 'rings' }],
  });
  expect(draft.changes.value.removed).toEqual(['z']);
});
