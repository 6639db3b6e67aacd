import { describe, expect, test } from 'vitest';
import { FramePositions } from '#motors/frame-positions.ts';
import { PositionTrack } from '#motors/position-track.ts';

const START_NS = 1_700_000_000_000_000_001n;
const ms = (count: number) => START_NS + BigInt(count) * 1_000_000n;
const frame = (timeMs: number, receivedMs = timeMs) => ({ timeNs: ms(timeMs), receivedNs: ms(receivedMs) });

describe('readings of a motor', () => {
  test('say where it was between two of them on the straight line', () => {
    const track = new PositionTrack();
    track.note(2, ms(0));
    track.note(4, ms(250));
    track.note(4, ms(500));
    expect(track.at(ms(100))).toBeCloseTo(2.8, 12);
    expect(track.at(ms(250))).toBe(4);
    expect(track.at(ms(400))).toBe(4);
  });

  test('stand for the times beside them up to two seconds, and for no other', () => {
    const track = new PositionTrack();
    expect(track.at(ms(0))).toBeNull();
    track.note(2, ms(0));
    expect(track.at(ms(-2000))).toBe(2);
    expect(track.at(ms(-2001))).toBeNull();
    expect(track.at(ms(2000))).toBe(2);
    expect(track.at(ms(2001))).toBeNull();
    track.note(9, ms(10_000));
    expect(track.at(ms(1999))).toBe(2);
    expect(track.at(ms(5000))).toBeNull();
    expect(track.at(ms(8001))).toBe(9);
  });

  test('of a clock that was set back count from there, and one that is no number does not count', () => {
    const track = new PositionTrack();
    track.note(2, ms(1000));
    track.note(Number.NaN, ms(1100));
    expect(track.newestNs).toBe(ms(1000));
    track.note(3, ms(0));
    expect(track.at(ms(900))).toBe(3);
  });
});

describe('positions of a frame', () => {
  test('are what the camera sent, and what was read of the other motors', () => {
    const known = new FramePositions();
    known.use('magnetMm', 'frames').note(2, ms(0));
    known.use('magnetTurns', 'frames').note(-7, ms(0));
    expect(known.of({ ...frame(10), positions: { magnetMm: 2.5 } })).toEqual({
      magnetMm: 2.5,
      magnetTurns: -7,
    });
    known.gone('magnetTurns');
    expect(known.of(frame(2000))).toEqual({ magnetMm: 2, magnetTurns: -7 });
    expect(known.of(frame(2001))).toEqual({});
  });

  test('are those at its exposure for motors of the camera, and at its arrival for motors of this host', () => {
    const known = new FramePositions();
    for (const [column, clock] of [
      ['magnetMm', 'frames'],
      ['magnetTurns', 'host'],
    ] as const) {
      const track = known.use(column, clock);
      track.note(0, ms(0));
      track.note(10, ms(100));
    }
    expect(known.of(frame(20, 30))).toEqual({ magnetMm: 2, magnetTurns: 3 });
  });

  test('wait for the reading after the frame, not for ever, and not for what the camera sent', () => {
    const known = new FramePositions();
    expect(known.isKnown(frame(20), ms(21))).toBe(true);
    const track = known.use('magnetMm', 'frames');
    track.note(0, ms(0));
    expect(known.isKnown(frame(20), ms(21))).toBe(false);
    expect(known.isKnown({ ...frame(20), positions: { magnetMm: 0 } }, ms(21))).toBe(true);
    expect(known.isKnown(frame(20), ms(519))).toBe(false);
    expect(known.isKnown(frame(20), ms(520))).toBe(true);
    track.note(0, ms(20));
    expect(known.isKnown(frame(20), ms(21))).toBe(true);
    expect(known.isKnown(frame(30), ms(31))).toBe(false);
    known.gone('magnetMm');
    expect(known.isKnown(frame(30), ms(31))).toBe(true);
  });
});
