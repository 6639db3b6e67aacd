import type { ZLut } from '#protocol/z-lut.ts';
import type { CheckReport } from './check.ts';
import { distanceText, heightText, rangeReasons } from './check-sentence.ts';
import { REJECTION_RULES } from './rejection.ts';
import { escapeHtml, type PlotSeries, plot } from './report-plot.ts';
import { profileGallery, tablePicture } from './report-table.ts';

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;margin:24px auto;max-width:1020px;padding:0 16px;color:#1d2330;background:#fff}
h1{font-size:20px;margin:0 0 4px}h2{font-size:15px;margin:26px 0 6px}.row{display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start}
.facts{flex:1;min-width:300px}.score{font-size:44px;font-weight:600;line-height:1}.good{color:#1a7f4b}.fair{color:#a86400}.bad{color:#b3261e}
table{border-collapse:collapse}td,th{padding:2px 14px 2px 0;text-align:left;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg text{font:11px system-ui,sans-serif;fill:#444}svg .title{font-weight:600;font-size:12px;fill:#1d2330}
.grid{stroke:#e4e7ec;stroke-width:1}.level{stroke:#b3261e;stroke-dasharray:4 3}.useful{fill:#e3f4ea}.bar{fill:#1a7f4b}.tick{stroke:#444}
.line{fill:none;stroke-width:1.4}.dots{fill:none;stroke-width:3.4;stroke-linecap:round}image{image-rendering:pixelated}
.gallery{display:flex;flex-wrap:wrap;gap:10px}.gallery figure{margin:0}.gallery figcaption{font-size:11px;color:#555;text-align:center}
.frame{fill:#f7f8fa;stroke:#d6dae1}.profile{fill:none;stroke:#2257c4;stroke-width:1.3}footer{color:#667;margin-top:28px;font-size:12px}
@media(prefers-color-scheme:dark){body{background:#14171d;color:#e6e9ef}svg text{fill:#b6bcc8}svg .title{fill:#e6e9ef}.grid{stroke:#2b313c}.useful{fill:#173525}.frame{fill:#1b1f27;stroke:#333a46}.profile{stroke:#7aa5ff}.good{color:#4cc38a}.fair{color:#f0b45a}.bad{color:#ff8a80}.gallery figcaption,footer{color:#98a1b0}}`;

const BLUE = '#2f6fed';
const ORANGE = '#d9730d';
const GRAY = '#8a93a3';

/** Everything a check found as one page that needs nothing else. */
export function checkReportHtml(zLut: ZLut, report: CheckReport): string {
  const { quality, heights, range } = report;
  const reasons = rangeReasons(range, zLut);
  const useful = quality.usefulRangeNm;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(report.name)}: ${quality.score} of 100</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(report.name)}</h1>
<div class="row"><div class="score ${quality.verdict}">${quality.score}</div><p style="max-width:760px;margin:2px 0">${escapeHtml(quality.sentence)}</p></div>
${reasons.length > 0 ? `<h2>Why the useful range is not all of it</h2><ul>${reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>` : ''}
<div class="row"><div><h2>Table</h2>${tablePicture(zLut, useful)}</div>
<div class="facts"><h2>Score</h2>${partsTable(report)}<h2>Numbers</h2>${numbersTable(zLut, report)}${rejectedTable(zLut)}</div></div>
<h2>By height</h2><p>Shaded: the useful range${useful ? `, ${heightText(useful[0])} to ${heightText(useful[1])}` : ': none'}.</p>
${plots(
  report,
  heights.map(({ zNm }) => zNm / 1000),
)}
<h2>Profiles</h2>${profileGallery(zLut)}
<footer>${report.planes} planes, ${heightText(report.rangeNm[0])} to ${heightText(report.rangeNm[1])}, ${report.radii} radii. Made by tweezertrack.</footer>
</body></html>
`;
}

function plots(report: CheckReport, um: number[]): string {
  const { heights, frames, range, quality } = report;
  const shaded = quality.usefulRangeNm?.map((zNm) => zNm / 1000) as [number, number] | undefined;
  const xRange = [Math.min(...um), Math.max(...um)] as const;
  const common = { xLabel: 'z, um', shaded, xRange };
  const visits = frames?.visits ?? [];
  const passes = [...new Set(visits.map(({ pass }) => pass))];
  const ofPass: PlotSeries[] = passes.map((pass, index) => {
    const mine = visits.filter((visit) => visit.pass === pass).sort((a, b) => a.zNm - b.zNm);
    const label = passes.length > 1 ? `frames, pass ${pass + 1}` : 'frames';
    const color = index === 0 ? BLUE : ORANGE;
    return { label, color, x: mine.map(({ zNm }) => zNm / 1000), y: mine.map(({ biasNm }) => biasNm) };
  });
  const inRange = (zNm: number) => {
    const limits = quality.usefulRangeNm;
    return !limits || (zNm >= limits[0] && zNm <= limits[1]);
  };
  const own = heights.map(({ zNm, cutErrorNm }) => (inRange(zNm) ? cutErrorNm : Number.NaN));
  const noise = visits.filter(({ noiseNm }) => Number.isFinite(noiseNm)).sort((a, b) => a.zNm - b.zNm);
  return [
    plot({
      ...common,
      title: 'Error of z in the useful range',
      yLabel: 'nm',
      series: [{ label: 'planes among the others', color: GRAY, x: um, y: own, dots: true }, ...ofPass],
      levels: [{ y: 0, label: '' }],
    }),
    noise.length === 0
      ? ''
      : plot({
          ...common,
          title: 'Noise of z of one frame',
          yLabel: 'nm',
          series: [
            {
              label: 'noise',
              color: BLUE,
              x: noise.map(({ zNm }) => zNm / 1000),
              y: noise.map((visit) => visit.noiseNm),
              dots: true,
            },
          ],
        }),
    plot({
      ...common,
      title: 'Second best plane',
      yLabel: 'correlation',
      yRange: [0, 1.02],
      series: [
        { label: 'beyond the peak', color: BLUE, x: um, y: heights.map(({ secondScore }) => secondScore) },
        { label: 'ambiguous above', color: ORANGE, x: um, y: range.ambiguousScore },
      ],
    }),
    plot({
      ...common,
      title: 'Height found for each plane among the others',
      yLabel: 'z found, um',
      yRange: xRange,
      series: [
        {
          label: 'z',
          color: BLUE,
          x: um,
          y: heights.map(({ zNm, ownErrorNm }) => (zNm + ownErrorNm) / 1000),
          dots: true,
        },
      ],
    }),
    plot({
      ...common,
      title: 'Planes that a peak of the correlation spans at half its height',
      yLabel: 'planes',
      series: [{ label: 'planes', color: BLUE, x: um, y: heights.map(({ spanPlanes }) => spanPlanes) }],
    }),
  ].join('\n');
}

function partsTable({ parts }: CheckReport): string {
  const rows = parts.map(
    ({ name, points, of }) =>
      `<tr><td>${escapeHtml(name)}</td><td class="n">${points}</td><td class="n">of ${of}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function numbersTable(zLut: ZLut, report: CheckReport): string {
  const { stepNm, spanPlanes, correlationNm, reversals, passDifferenceNm, center, frames } = report;
  const quality = { ...zLut.origin?.quality, ...report.quality };
  const rows: (readonly [string, string])[] = [
    ['planes', `${report.planes}, ${distanceText(stepNm)} apart`],
    ['a correlation peak', `${spanPlanes.toFixed(1)} planes, ${distanceText(correlationNm)}`],
    ['planes in the wrong order', `${reversals.wrong} of ${reversals.of}`],
    ...(Number.isFinite(passDifferenceNm)
      ? [['difference of the passes', `${distanceText(passDifferenceNm)} rms`] as const]
      : []),
    ...(frames
      ? [['frames', `${frames.used} used, ${frames.rejected} rejected: ${frames.name}`] as const]
      : []),
    ...(frames && !frames.own ? [['offset of that sweep', distanceText(frames.offsetNm)] as const] : []),
    ...(quality.hysteresisNm ? [['hysteresis', measuredText(quality.hysteresisNm, 'nm')] as const] : []),
    ...(quality.driftNmPerS ? [['drift', measuredText(quality.driftNmPerS, 'nm/s')] as const] : []),
    ...center
      .filter(({ errorNm }) => Number.isFinite(errorNm))
      .map(
        ({ offsetPx, errorNm }) =>
          [`z when the center is ${offsetPx} px off`, `${distanceText(errorNm)} rms`] as const,
      ),
  ];
  return `<table>${rows.map(([name, text]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(text)}</td></tr>`).join('')}</table>`;
}

/** Frames of the Z-LUT that were left out, with what the rule asks. */
function rejectedTable({ origin }: ZLut): string {
  const rules = Object.entries(origin?.frames?.rejected ?? {});
  if (rules.length === 0) return '';
  const meanings: Record<string, string> = REJECTION_RULES;
  const rows = rules.map(
    ([rule, count]) =>
      `<tr><td>${escapeHtml(rule)}</td><td class="n">${count}</td><td>${escapeHtml(meanings[rule] ?? '')}</td></tr>`,
  );
  return `<h2>Frames left out</h2><table>${rows.join('')}</table>`;
}

/** A measured number and its standard error. */
export function measuredText({ value, error }: { value: number; error: number }, unit: string): string {
  const digits = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(Math.max(error, 1e-6)))));
  return `${value.toFixed(digits)} +- ${error.toFixed(digits)} ${unit}`;
}
