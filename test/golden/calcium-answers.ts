import { BLOG_ANSWERS } from './calcium-blog-answers.ts';
import { EVENT_ANSWERS } from './calcium-event-answers.ts';
import { FILE_ANSWERS } from './calcium-file-answers.ts';
import type { CalciumFunction } from './calcium-folder.ts';
import { IMAGE_ANSWERS } from './calcium-image-answers.ts';
import { MANUAL_ANSWERS } from './calcium-manual-answers.ts';
import { NOTEBOOK_ANSWERS } from './calcium-notebook-answers.ts';
import { TRACE_ANSWERS } from './calcium-trace-answers.ts';

/** What answers the cases, by the manifest's names of the functions. */
export const CALCIUM_FUNCTIONS: Readonly<Record<string, CalciumFunction>> = {
  ...TRACE_ANSWERS,
  ...EVENT_ANSWERS,
  ...IMAGE_ANSWERS,
  ...NOTEBOOK_ANSWERS,
  ...MANUAL_ANSWERS,
  ...BLOG_ANSWERS,
  ...FILE_ANSWERS,
};
