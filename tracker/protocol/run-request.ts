import { z } from 'zod';
import { settingName, settingValue } from './camera-controls.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from './roi.ts';

const id = z.number().int();
const MOST_NOTES = 4000;
const MOST_READ = 200;

const pattern = z.string().max(100);
const name = z.string().max(80);
const notes = z.string().max(MOST_NOTES);

/** Fields of what a rig keeps, each with its bounds. */
export const rigFields = {
  ...{ pattern, name, notes },
  lowDiskGB: z.number().min(0).max(1e6),
  roiSize: z.number().int().min(MIN_ROI_SIZE).max(MAX_ROI_SIZE).nullable(),
};

/** What an operator may ask of camera and recording. */
const runRequests = [
  z.strictObject({ type: z.literal('acquire'), id, on: z.boolean() }),
  z.strictObject({ type: z.literal('set-camera'), id, name: settingName, value: settingValue }),
  /** What is left out is as the rig keeps it. */
  z.strictObject({
    type: z.literal('start-saving'),
    id,
    pattern: pattern.optional(),
    name: name.optional(),
    notes: notes.optional(),
  }),
  z.strictObject({ type: z.literal('stop-saving'), id }),
  z.strictObject({ type: z.literal('add-note'), id, text: z.string().trim().min(1).max(MOST_NOTES) }),
  z.strictObject({ type: z.literal('set-rig'), id, choices: z.strictObject(rigFields).partial() }),
] as const;

/** What everybody may ask who wants to be known to the others. */
const peopleRequests = [
  z.strictObject({
    type: z.literal('introduce'),
    id,
    /** The same for all pages of a browser, and after a reload; nobody else is told. */
    person: z.string().regex(/^[\w-]{8,64}$/, 'expected 8 to 64 letters, digits, _ or -'),
    /** For the others to see; the tracker chooses one when it is empty. */
    name: z
      .string()
      .trim()
      .max(40)
      .regex(/^\P{Cc}*$/u, 'expected no control characters'),
  }),
  z.strictObject({ type: z.literal('take-control'), id }),
  z.strictObject({ type: z.literal('release-control'), id }),
  z.strictObject({
    type: z.literal('read-alarms'),
    id,
    /** As they were when they were read. */
    read: z.array(z.strictObject({ alarm: id, times: z.number().int().min(1) })).max(MOST_READ),
  }),
] as const;

/** All requests of the Run view. */
export const runViewRequests = [...runRequests, ...peopleRequests] as const;

export type RunRequest = z.output<(typeof runRequests)[number]>;
export type PeopleRequest = z.output<(typeof peopleRequests)[number]>;

const RUN_REQUESTS: ReadonlySet<string> = new Set(runRequests.map(({ shape }) => shape.type.value));
const PEOPLE_REQUESTS: ReadonlySet<string> = new Set(peopleRequests.map(({ shape }) => shape.type.value));

/** Whether a request is about camera or recording. */
export function isRunRequest(request: { type: string }): request is RunRequest {
  return RUN_REQUESTS.has(request.type);
}

/** Whether a request is about who acts and who has read what. */
export function isPeopleRequest(request: { type: string }): request is PeopleRequest {
  return PEOPLE_REQUESTS.has(request.type);
}
