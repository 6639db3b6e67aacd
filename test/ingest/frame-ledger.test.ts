import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accountedFrames,
  assertAccounted,
  FRAME_AGAIN,
  FRAME_LATE,
  FrameLedger,
} from '#ingest/frame-ledger.ts';
import type { CounterWrap } from '#protocol/camera-link.ts';
import { noFates } from '#protocol/frame-fate.ts';
import type { FrameGap } from '#sinks/track-sink.ts';

function ledger(wrap: CounterWrap | null = null) {
  const gaps: Omit<FrameGap, 'atNs'>[] = [];
  const book = new FrameLedger(({ atNs: _, ...gap }) => gaps.push(gap));
  book.linkOpened(wrap);
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
    expect(book.received(3, 0, 0n)).toBe(FRAME_AGAIN);
    expect(book.totals().offered).toBe(1);
  });

  test('a frame after a later one was counted as missing and is counted as late instead, once', () => {
    const { book, gaps } = ledger();
    expect([0, 1, 5, 3, 6, 3].map((id) => book.received(id, 0, 0n))).toEqual([
      0,
      1,
      5,
      FRAME_LATE,
      6,
      FRAME_AGAIN,
    ]);
    expect(book.totals()).toMatchObject({ offered: 7, 'dropped-link': 2, 'dropped-late': 1, 'in-flight': 4 });
    expect(gaps).toEqual([
      { firstFrame: 2, lastFrame: 4, fate: 'dropped-link' },
      { firstFrame: 3, lastFrame: 3, fate: 'dropped-late', was: 'dropped-link' },
    ]);
  });

  test('a late frame of a gap the adapter admits is late, too', () => {
    const { book } = ledger();
    book.received(0, 0, 0n);
    book.received(2, 1, 0n);
    expect(book.received(1, 1, 0n)).toBe(FRAME_LATE);
    expect(book.totals()).toMatchObject({ offered: 3, 'dropped-adapter': 0, 'dropped-late': 1 });
  });

  test('of 1000 gaps the oldest are forgotten, and a frame of theirs was there before', () => {
    const { book } = ledger();
    for (let id = 0; id < 2000; id += 2) book.received(id, 0, 0n);
    expect(book.received(1, 0, 0n)).toBe(FRAME_AGAIN);
    expect(book.received(1997, 0, 0n)).toBe(FRAME_LATE);
    assertAccounted(book.totals());
  });

  test('a counter that goes from 65535 to 1 leaves no gap, and a gap across its end is counted', () => {
    const { book, gaps } = ledger({ first: 1, last: 65535 });
    expect([65533, 65534, 65535, 1, 2].map((id) => book.received(id, 0, 0n))).toEqual([
      65533, 65534, 65535, 65536, 65537,
    ]);
    expect(gaps).toEqual([]);
    for (let id = 3; id <= 65530; id++) book.tracked(book.received(id, 0, 0n) > 0 ? 1 : 0);
    // 65531 to 65535 and 1 to 4 are missing, then 2 comes late.
    expect(book.received(5, 0, 0n)).toBe(65535 + 65535 + 5);
    expect(book.received(2, 0, 0n)).toBe(FRAME_LATE);
    expect(book.totals()).toMatchObject({ 'dropped-link': 8, 'dropped-late': 1 });
    assertAccounted(book.totals());
  });

  test('a camera with a wrapping counter that comes back after the wrap leaves the gap it made', () => {
    const wrap = { first: 0, last: 255 };
    const { book, gaps } = ledger(wrap);
    book.received(250, 0, 0n);
    book.linkOpened(wrap);
    expect(book.received(4, 0, 0n)).toBe(260);
    expect(gaps).toEqual([{ firstFrame: 251, lastFrame: 259, fate: 'camera-away' }]);
  });

  test('a counter that begins anew while connected is believed after eight frames', () => {
    const { book } = ledger();
    for (let id = 1000; id < 1010; id++) book.received(id, 0, 0n);
    const answers = Array.from({ length: 10 }, (_, id) => book.received(id, 0, 0n));
    expect(answers).toEqual([...Array(7).fill(FRAME_AGAIN), 1010, 1011, 1012]);
    assertAccounted(book.totals());
  });

  test('times before those of the frame ahead are counted, and a new camera may have another clock', () => {
    const { book } = ledger();
    expect([5n, 7n, 6n, 6n, 8, 3n].map((timeNs) => book.clockWentBack(timeNs))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(book.clockStepsBack).toBe(2);
    book.linkOpened();
    expect(book.clockWentBack(1n)).toBe(false);
  });

  test('an account that does not add up is an error with both sums', () => {
    const { book } = ledger();
    book.received(0, 0, 0n);
    expect(() => assertAccounted({ ...book.totals(), offered: 2 })).toThrow(
      'frame ledger: expected one fate for each of 2 frames, received 1 accounted for',
    );
    book.tracked(2);
    expect(() => assertAccounted(book.totals())).toThrow('received -1 in-flight');
  });

  test('drops after the last frame are counted when the adapter says bye', () => {
    const { book, gaps } = ledger();
    book.received(0, 0, 0n);
    book.linkClosed(2, 0n);
    expect(gaps).toEqual([{ firstFrame: 1, lastFrame: 2, fate: 'dropped-adapter' }]);
    expect(book.totals()).toMatchObject({ offered: 3, 'dropped-adapter': 2 });
  });

  test('whatever happens, every offered frame has one fate or is in flight, and none is handed on twice', () => {
    const step = fc.record({
      ahead: fc.integer({ min: -6, max: 8 }),
      dropped: fc.nat(3),
      fate: fc.constantFrom('tracked', 'dropped-engine', 'dropped-ring', 'wait', 'reopen', 'unnumbered'),
    });
    const wraps = fc.constantFrom(null, { first: 1, last: 20 }, { first: 0, last: 255 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), wraps, (steps, wrap) => {
        const { book, gaps } = ledger(wrap);
        const handedOn = new Set<number>();
        const first = wrap?.first ?? 0;
        const period = wrap ? wrap.last - wrap.first + 1 : Number.POSITIVE_INFINITY;
        let count = 0;
        let dropped = 0;
        for (const { ahead, dropped: more, fate } of steps) {
          if (fate === 'unnumbered') {
            book.refusedUnnumbered();
            continue;
          }
          if (fate === 'reopen') {
            book.linkOpened(wrap);
            count = 0;
            dropped = 0;
          }
          count = Math.max(0, count + ahead);
          dropped += more;
          const frame = book.received(first + (count % period), dropped, 0n);
          if (frame === FRAME_AGAIN) book.refusedUnnumbered();
          if (frame >= 0) {
            expect(handedOn.has(frame)).toBe(false);
            handedOn.add(frame);
            if (fate === 'tracked') book.tracked(1);
            else if (fate === 'dropped-engine' || fate === 'dropped-ring') book.lost(frame, fate, 0n);
          }
          assertAccounted(book.totals());
        }
        const byGaps = noFates();
        for (const { firstFrame, lastFrame, fate, was } of gaps) {
          byGaps[fate] += lastFrame - firstFrame + 1;
          if (was) byGaps[was] -= lastFrame - firstFrame + 1;
        }
        const { tracked, refused } = book.totals();
        expect(book.totals()).toMatchObject({ ...byGaps, tracked, refused });
        expect(accountedFrames(book.totals())).toBe(book.totals().offered);
      }),
    );
  });
});
