import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A motor behind a serial line behind TCP, whose time passes when a test says so. */
export interface LineDevice {
  address: string;
  /** Lines it has got. */
  heard: string[];
  /** How many connections it has had. */
  connections: number;
  pass(ms: number): void;
  /** What it answers instead, by the line it got; `null` is silence, absent the right answer. */
  answerWith(answer: ((line: string) => string | null | undefined) | null): void;
  /** Says a line without being asked. */
  say(line: string): void;
  /** Ends every connection. */
  hangUp(): void;
}

const NM_PER_MS = 10;

/** A device that knows `MOV z`, `POS?` and `STP`, in um. */
export async function lineDevice({ acknowledges = false } = {}): Promise<LineDevice> {
  const sockets = new Set<Socket>();
  let [zNm, targetNm] = [0, 0];
  let override: ((line: string) => string | null | undefined) | null = null;
  const device: LineDevice = {
    address: '',
    heard: [],
    connections: 0,
    pass(ms) {
      const wayNm = targetNm - zNm;
      zNm += Math.sign(wayNm) * Math.min(Math.abs(wayNm), ms * NM_PER_MS);
    },
    answerWith: (answer) => {
      override = answer;
    },
    say: (line) => {
      for (const socket of sockets) socket.write(`${line}\r\n`);
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
  const answer = (line: string): string | null => {
    device.heard.push(line);
    const other = override?.(line);
    if (other !== undefined) return other;
    if (line === 'POS?') return `P=${(zNm / 1000).toFixed(4)} um`;
    if (line === 'STP') targetNm = zNm;
    else targetNm = Number(line.slice(4)) * 1000;
    return acknowledges ? 'OK' : null;
  };
  const server = createServer((socket) => {
    device.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        const said = answer(line);
        if (said !== null) socket.write(`${said}\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    device.hangUp();
    server.close();
  });
  device.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return device;
}
