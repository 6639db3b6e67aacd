import type { CheckReport } from './check.ts';

/** Everything a check found as JSON; what is not known is null. Planes are columns. */
export function checkReportJson(report: CheckReport): string {
  const { heights, frames, range, ...rest } = report;
  const { conflicts, ambiguousScore, planes, ...reasons } = range;
  const column = (key: keyof (typeof heights)[number]) => heights.map((height) => height[key]);
  const columns = {
    zNm: column('zNm'),
    ownErrorNm: column('ownErrorNm'),
    usefulErrorNm: column('cutErrorNm'),
    secondScore: column('secondScore'),
    secondZNm: column('secondZNm'),
    ambiguousScore: Array.from(ambiguousScore),
    spanPlanes: column('spanPlanes'),
  };
  const document = {
    format: 'tweezertrack-zlut-check/1',
    ...rest,
    range: { ...reasons, usefulPlanes: planes, conflicts: conflicts.length },
    byPlane: columns,
    frames,
  };
  // JSON has no NaN: it writes null.
  return JSON.stringify(document, null, 1);
}
