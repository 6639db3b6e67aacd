import { Packr } from 'msgpackr';
import { CAMERA_LINK_VERSION, CAMERA_PATH } from '#protocol/camera-link.ts';
import { LIVE_PATH } from '#protocol/live.ts';
import { xoshiro128StarStar } from '#simulation/random.ts';
import { httpBytes, TOKENS, upgradeBytes } from './door-server.ts';

const packr = new Packr({ useRecords: false });

/** px of the frames the fuzzer's camera says it has. */
export const FUZZ_SHAPE = { width: 48, height: 40, pixelFormat: 'mono8' } as const;

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'BREW', 'get', ''];
const PATHS = [
  '/',
  '/health',
  '/live',
  '/camera',
  '/sign-in',
  '/assets/x.js',
  '/../etc/passwd',
  '//',
  '*',
  '/%',
];
const ODD_HEADERS: [string, string[]][] = [
  ['Host', ['', 'evil.example', '127.0.0.1:1', '[::1]', 'localhost']],
  ['Origin', ['null', 'http://evil.example', 'http://127.0.0.1', '']],
  ['Authorization', ['Bearer x', 'Basic x', 'Bearer', `Bearer ${TOKENS.viewer}`, `Bearer ${TOKENS.camera}`]],
  ['Cookie', ['a=b', 'tweezertrack=1.x', `=;;${'c'.repeat(500)}`]],
  ['Content-Length', ['0', '5', '-1', '99999999999999']],
  ['Transfer-Encoding', ['chunked', 'gzip', 'chunked, chunked']],
  ['Range', ['bytes=5-2', 'bytes=-1', 'x']],
  ['Expect', ['100-continue', 'x']],
  ['Upgrade', ['websocket', 'h2c']],
  ['Sec-WebSocket-Version', ['7', '', '13']],
  ['Sec-WebSocket-Extensions', ['permessage-deflate', 'x; y="']],
  ['X-Long', ['x'.repeat(20_000)]],
];
const ODD_VALUES: unknown[] = [
  ...[null, undefined, true, '', 'x', 'x'.repeat(5000), 0, -1, 0.5, 7, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308],
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -(2n ** 63n),
    2n ** 64n - 1n,
    [],
    {},
    [[[[[[1]]]]]],
    { a: { b: 1 } },
  ],
  ...[new Uint8Array(3), new Uint8Array(1920), '__proto__', 'constructor', '\u001b[2J', '💡', '\0'],
];
const HOSTILE_BYTES = [
  ...[
    'dd7fffffff',
    'df7fffffff',
    'c67fffffff',
    'db7fffffff',
    'c97fffffff01',
    'd4724091a16101',
    'd662ffffff00a0a0',
  ],
  ...['d6690000000191d67000000001', 'c1', 'd47892a161a0', 'c7097408', '91'.repeat(5000), '81a0'.repeat(2000)],
].map((hex) => Buffer.from(hex, 'hex'));

/** A source of inputs no peer should send: the same seed gives the same ones. */
export class Fuzzer {
  readonly #next: () => number;
  /** Source of what is said of the focus: apart, so that all else stays what it was. */
  readonly #focus: Fuzzer | null;

  constructor(seed: number, focus: Fuzzer | null = new Fuzzer(seed + 1000, null)) {
    this.#next = xoshiro128StarStar(Uint32Array.of(seed, 2, 3, 4));
    this.#focus = focus;
  }

  below(limit: number): number {
    return this.#next() % limit;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  /** A request that may or may not be one. */
  http(): Buffer {
    const headers: Record<string, string> = {};
    if (this.below(2)) headers.Authorization = `Bearer ${this.pick(Object.values(TOKENS))}`;
    for (let odd = this.below(3); odd > 0; odd--) {
      const [name, values] = this.pick(ODD_HEADERS);
      headers[name] = this.pick(values);
    }
    const path = this.below(3) ? this.pick(PATHS) : `/${this.#noise(this.below(60)).toString('latin1')}`;
    const bytes = this.below(3)
      ? httpBytes(`${this.pick(METHODS)} ${path}`, headers, this.below(4) ? '' : 'token=x')
      : upgradeBytes(path, headers);
    return this.below(3) ? Buffer.from(bytes, 'latin1') : this.#damage(Buffer.from(bytes, 'latin1'));
  }

  /** The opening of a WebSocket that is let in. */
  upgrade(role: 'camera' | 'operator' | 'viewer'): Buffer {
    const path = role === 'camera' ? CAMERA_PATH : LIVE_PATH;
    return Buffer.from(upgradeBytes(path, { Authorization: `Bearer ${TOKENS[role]}` }));
  }

  /** A request of a dashboard with something wrong in it, mostly. An operator's never add or remove a bead. */
  request(role: 'operator' | 'viewer'): Buffer {
    const types =
      role === 'operator' ? ['move-bead', 'follow-bead'] : ['add-bead', 'move-bead', 'remove-bead', 'x'];
    const usual = this.#message({
      type: this.pick(types),
      id: this.below(1000),
      bead: this.below(4),
      xPx: this.below(60),
      yPx: this.below(60),
      follow: true,
    });
    return this.#focus?.isDue() ? this.#focus.#message(this.#focus.#focusRequest()) : usual;
  }

  /** Whether it is the turn of the focus, as of every fourth message. */
  isDue(): boolean {
    return this.below(4) === 0;
  }

  #focusRequest(): Record<string, unknown> {
    const id = this.below(1000);
    const settings = { fromNm: -100, toNm: 100, stepNm: this.pick([10, 0, 1e-9, Number.NaN]) };
    return this.pick<Record<string, unknown>>([
      { type: 'focus-move', id, zNm: this.pick([0, 1e300, Number.NEGATIVE_INFINITY]) },
      { type: 'focus-stop', id },
      { type: this.pick(['motor-move', 'motor-stop']), id, motor: 'magnet-rotation', to: Number.NaN },
      {
        type: 'motor-move',
        id,
        motor: this.pick(['magnet-translation', 'wheel']),
        to: this.pick([0, 1e300]),
      },
      { type: 'motor-stop', id, motor: 'magnet-translation' },
      { type: 'sweep-start', id, settings },
      { type: 'sweep-suggest', id, beads: [this.below(4)] },
      { type: this.pick(['sweep-resume', 'sweep-discard']), id, sweep: this.pick(['..', '../..', 'x', '']) },
      { type: this.pick(['sweep-keep', 'sweep-assign', 'sweep-pause', 'sweep-stop']), id },
    ]);
  }

  /** A message of a camera with something wrong in it, mostly. */
  cameraMessage(): Buffer {
    const { width, height } = FUZZ_SHAPE;
    const frame = {
      type: 'frame',
      id: this.below(100),
      tNs: 5,
      dropped: 0,
      data: new Uint8Array(width * height),
    };
    const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'fuzz', ...FUZZ_SHAPE, fps: 10 };
    const usual = this.#message(
      this.pick<Record<string, unknown>>([frame, frame, hello, { type: 'bye', sent: 1, dropped: 0 }]),
    );
    return this.#focus?.isDue() ? this.#focus.#message(this.#focus.#focusMessage(hello)) : usual;
  }

  #focusMessage(hello: Record<string, unknown>): Record<string, unknown> {
    const focusStage = { name: 'fuzz', fromNm: 0, toNm: this.pick([1, 0, Number.NaN]) };
    const focus = { type: 'focus', id: this.below(4), zNm: Number.NaN, settled: true, tNs: 5 };
    const kind = this.pick(['magnet-rotation', 'wheel']);
    const motors = [{ motor: kind, name: 'fuzz', unit: 'turns', from: 0, to: this.pick([1, 0, Number.NaN]) }];
    const motor = { type: 'motor', id: this.below(4), motor: kind, at: Number.NaN, settled: true, tNs: 5 };
    return this.pick<Record<string, unknown>>([{ ...hello, focusStage }, { ...hello, motors }, focus, motor]);
  }

  /** WebSocket frames of a client around a message, themselves damaged when asked. */
  frames(message: Buffer, damaged: boolean): Buffer {
    const whole = clientFrame(message);
    if (!damaged) return whole;
    const head = Buffer.from(whole);
    // The first two bytes hold the kind and the length: half of the damage is theirs.
    if (this.below(2)) head[this.below(2)] = this.below(256);
    return this.#damage(head);
  }

  #message(fields: Record<string, unknown>): Buffer {
    const names = Object.keys(fields);
    for (let odd = this.below(3); odd > 0; odd--) {
      const name = this.below(4)
        ? this.pick(names)
        : this.pick(['__proto__', 'size', 'rois', 'picture', 'wrap', 'truth']);
      Object.defineProperty(fields, name, {
        value: this.pick(ODD_VALUES),
        enumerable: true,
        configurable: true,
      });
    }
    const bytes = packr.pack(fields);
    return this.below(2) ? bytes : this.#damage(bytes);
  }

  #damage(bytes: Buffer): Buffer {
    const at = this.below(bytes.length);
    switch (this.below(6)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return Buffer.concat([bytes.subarray(0, at), this.pick(HOSTILE_BYTES), bytes.subarray(at)]);
      case 2:
        return Buffer.concat([bytes.subarray(0, at), this.#noise(this.below(50))]);
      case 3:
        return this.#noise(this.below(200));
      default: {
        const flipped = Buffer.from(bytes);
        for (let flips = 1 + this.below(4); flips > 0; flips--)
          flipped[this.below(bytes.length)] = this.below(256);
        return flipped;
      }
    }
  }

  #noise(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** One whole binary message of a client, with a mask of zeros. */
export function clientFrame(message: Uint8Array, opcode = 2): Buffer {
  const { length } = message;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, message]);
}

/** The messages a server sent after its handshake, and the code it closed with, if it did. */
export function serverFrames(bytes: Buffer): { messages: Buffer[]; code: number | null } {
  const messages: Buffer[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at]! & 0x0f;
    const short = bytes[at + 1]!;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const body = bytes.subarray(at + head, at + head + length);
    if (opcode === 8) return { messages, code: body.length >= 2 ? body.readUInt16BE(0) : 1005 };
    if (opcode === 2 && body.length === length) messages.push(body);
    at += head + length;
  }
  return { messages, code: null };
}
