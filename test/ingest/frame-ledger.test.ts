import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountedFrames, FrameLedger } from '#ingest/frame-ledger.ts';
import type { FrameGap } from '#sinks/track-sink.ts';

function ledger() {
  const gaps: Omit<FrameGap, 'atNs'>[] = [];
  const book = new FrameLedger(({ firstFrame, lastFrame, fate }) =>
    gaps.push({ firstFrame, lastFrame, fate }),
  );
  book.linkOpened();
  return { book, gaps };
}

describe('FrameLedger', () => {
  test('frames without a gap are all in flight, then all tracked', () => {
    const { book, gaps } = ledger();
    expect([7, 8, 9].map((id) => book.received(id, 0, 0n))).toEqual([7, 8, 9]);
    expect(book.totals()).toMatchObject({ offered: 3, 'in-flight': 3, tracked: 0 });
    book.tracked(3);
    expect(book.totals()).toMatchObject({ offered: 3, 'in-flight': 0, tracked: 3 });
    expect(gaps).toEqual([]);
  });

  test('a missing number the adapter admits is its drop, one it does not is the link', () => {
    const { book, gaps } = ledger();
    book.received(0, 0, 0n);
    book.received(4, 2, 0n);
    expect(gaps).toEqual([
      { firstFrame: 1, lastFrame: 1, fate: 'dropped-link' },
      { firstFrame: 2, lastFrame: 3, fate: 'dropped-adapter' },
    ]);
    expect(book.totals()).toMatchObject({ offered: 5, 'dropped-link': 1, 'dropped-adapter': 2 });
  });

  test('a camera that comes back counting on leaves a gap of the frames it filmed meanwhile', () => {
    const { book, gaps } = ledger();
    book.received(10, 0, 0n);
    book.linkOpened();
    expect(book.received(14, 0, 0n)).toBe(14);
    expect(gaps).toEqual([{ firstFrame: 11, lastFrame: 13, fate: 'camera-away' }]);
  });

  test('a camera that comes back counting from zero goes on where the run was', () => {
    const { book, gaps } = ledger();
    book.received(10, 0, 0n);
    book.linkOpened();
    expect([0, 1].map((id) => book.received(id, 0, 0n))).toEqual([11, 12]);
    expect(gaps).toEqual([]);
  });

  test('a number that was there before is not counted twice', () => {
    const { book } = ledger();
    book.received(3, 0, 0n);
    expect(book.received(3, 0, 0n)).toBe(-1);
    expect(book.totals().offered).toBe(1);
  });

  test('drops after the last frame are counted when the adapter says bye', () => {
    const { book, gaps } = ledger();
    book.received(0, 0, 0n);
    book.linkClosed(2, 0n);
    expect(gaps).toEqual([{ firstFrame: 1, lastFrame: 2, fate: 'dropped-adapter' }]);
    expect(book.totals()).toMatchObject({ offered: 3, 'dropped-adapter': 2 });
  });

  test('whatever happens, every offered frame has one fate or is in flight', () => {
    const step = fc.record({
      skip: fc.nat(5),
      dropped: fc.nat(3),
      fate: fc.constantFrom('tracked', 'dropped-engine', 'dropped-ring', 'wait', 'reopen', 'unnumbered'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { book } = ledger();
        let id = 0;
        let dropped = 0;
        for (const { skip, dropped: more, fate } of steps) {
          if (fate === 'unnumbered') {
            book.refusedUnnumbered();
            continue;
          }
          if (fate === 'reopen') {
            book.linkOpened();
            id = 0;
            dropped = 0;
          }
          id += 1 + skip;
          dropped += more;
          const frame = book.received(id, dropped, 0n);
          if (fate === 'tracked') book.tracked(1);
          else if (fate === 'dropped-engine' || fate === 'dropped-ring') book.lost(frame, fate, 0n);
          expect(accountedFrames(book.totals())).toBe(book.totals().offered);
        }
      }),
    );
  });
});
