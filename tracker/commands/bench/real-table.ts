import type { BenchLine } from './case.ts';

const FIGURES = [
  ...['found', 'medianErrorNm', 'errorNm90', 'sigmaZNm', 'withinSigma'],
  ...['noisePx', 'publishedPx', 'sigmaPx', 'halvesSpread', 'chiSquared'],
];

/** Table in Markdown: recordings and their parts, presets below one another. */
export function realTable(lines: readonly BenchLine[]): string {
  const head = ['recording', 'part', 'preset', 'frames', ...FIGURES];
  const key = (line: BenchLine) => `${line.recording} ${line.part}`;
  const parts = [...new Set(lines.map(key))];
  const rows = parts.flatMap((part) =>
    lines
      .filter((line) => key(line) === part)
      .map((line) => [
        line.recording,
        line.part,
        line.preset,
        line.frames,
        ...FIGURES.map((name) => line[name] ?? ''),
      ]),
  );
  const text = (cells: unknown[]) => `| ${cells.join(' | ')} |`;
  return [text(head), text(head.map(() => '---')), ...rows.map(text)].join('\n');
}
