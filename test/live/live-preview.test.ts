import { expect, test, vi } from 'vitest';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import type { WholeFrame } from '#sinks/preview.ts';
import { LivePreview } from '#tracker/live/live-preview.ts';

const hello = { width: 6, height: 4, pixelFormat: 'mono16' } as HelloMessage;
const counts = Uint16Array.from({ length: 24 }, (_, index) => 100 * index);

/** The bytes of the counts at this address of a message. */
function bytesAt(offset: number): Uint8Array {
  const message = new Uint8Array(offset + 48);
  message.set(new Uint8Array(counts.buffer), offset);
  return message.subarray(offset);
}

const frame = (more: Partial<ReceivedFrame>) =>
  ({ id: 3, rois: null, picture: null, ...more }) as ReceivedFrame;

function bench(isDue: boolean) {
  const sent: WholeFrame[] = [];
  const askForPicture = vi.fn();
  const preview = new LivePreview(
    { pictures: { isDue, send: (whole) => sent.push(whole) } },
    { askForPicture },
  );
  return { sent, askForPicture, preview };
}

test.each([2, 3])('a frame is shown as it was sent, at address %d of its message', (offset) => {
  const { sent, preview } = bench(true);
  preview.frame(frame({ pixels: bytesAt(offset) }), hello);
  expect(sent).toMatchObject([{ frame: 3, width: 6, height: 4 }]);
  expect(sent[0]!.pixels).toEqual(counts);
});

test('a whole frame is asked for where frames are cut, not for every one, and shown when it comes', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { sent, askForPicture, preview } = bench(true);
  const cut = { pixels: new Uint8Array(8), rois: [] };
  for (let ms = 0; ms < 200; ms += 10) {
    preview.frame(frame(cut), hello);
    vi.advanceTimersByTime(10);
  }
  vi.useRealTimers();
  // At 0, 70 and 140 ms.
  expect(askForPicture).toHaveBeenCalledTimes(3);
  preview.frame(frame({ ...cut, picture: bytesAt(0) }), hello);
  expect(sent).toHaveLength(1);
});

test('nothing is done while no picture is due', () => {
  const { sent, askForPicture, preview } = bench(false);
  preview.frame(frame({ pixels: bytesAt(0) }), hello);
  preview.frame(frame({ pixels: new Uint8Array(8), rois: [] }), hello);
  expect(sent).toEqual([]);
  expect(askForPicture).not.toHaveBeenCalled();
});
