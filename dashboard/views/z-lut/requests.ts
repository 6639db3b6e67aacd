import { Z_LUTS_PATH, type ZLutComparisonAnswer, type ZLutList } from '#protocol/z-lut-list.ts';

/** Address of what belongs to a Z-LUT. */
export function zLutUrl(part: 'report' | 'download', zLut: string): string {
  return `.${Z_LUTS_PATH}/${part}?${new URLSearchParams({ of: zLut })}`;
}

/** @throws {Error} in the words of the tracker, as the other */
export async function fetchZLuts(): Promise<ZLutList> {
  return (await answered(fetch(`.${Z_LUTS_PATH}`))).json();
}

export async function fetchComparison(first: string, second: string): Promise<ZLutComparisonAnswer> {
  const query = new URLSearchParams({ first, second });
  return (await answered(fetch(`.${Z_LUTS_PATH}/compare?${query}`))).json();
}

async function answered(asking: Promise<Response>): Promise<Response> {
  const answer = await asking.catch(() => {
    throw new Error('the tracker does not answer: is it running?');
  });
  if (answer.ok) return answer;
  throw new Error((await answer.text()).trim() || `the tracker answered with ${answer.status}`);
}
