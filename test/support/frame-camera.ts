/**
 * A camera in a process of its own that sends the frames it is told to, each once the one before is settled:
 * `frame-camera.ts URL NAME IDS [END]`, e.g. `ws://127.0.0.1:8321 first 0-9,15-19 half`.
 *
 * END is `bye`, `stay`, or `half`: half of one more frame, then nothing. It prints END once it has come to it.
 */
import { once } from 'node:events';
import { encodeLinkMessage } from '#protocol/camera-link.ts';
import { nowNs } from '#protocol/clock.ts';
import { FRAME_CAMERA_SHAPE, frameCameraPixels } from './frame-camera-scene.ts';
import { rawCamera } from './raw-camera.ts';

const [url, name, ids, end = 'bye'] = process.argv.slice(2);
const pixels = frameCameraPixels();
const camera = await rawCamera(url!, {
  type: 'hello',
  version: 1,
  camera: name,
  ...FRAME_CAMERA_SHAPE,
  fps: 100,
});

let next = 0;
for (const range of ids!.split(',')) {
  if (range === 'wait') {
    console.log(range);
    await once(process.stdin, 'data');
    continue;
  }
  const [first, last] = range.split('-').map(Number);
  for (let id = first!; id <= last!; id++) await camera.frame(id, pixels, { tNs: nowNs() });
  next = last! + 1;
}

if (end === 'half') {
  const message = encodeLinkMessage({ type: 'frame', id: next, tNs: nowNs(), data: pixels });
  // A whole, masked message of WebSocket with a zero mask, of which half goes out.
  const head = Buffer.alloc(14);
  head[0] = 0x82;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(message.byteLength), 2);
  camera.tcp.write(Buffer.concat([head, message.subarray(0, message.byteLength >> 1)]), () => {
    console.log(end);
  });
  setInterval(() => {}, 1000);
} else {
  camera.send({ type: 'bye', sent: 0, dropped: 0 });
  await camera.next('farewell');
  console.log(end);
  process.exit();
}
