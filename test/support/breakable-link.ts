import { type AddressInfo, createServer, connect as open, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut, as somebody cuts a cable. */
export interface BreakableLink {
  /** Of 127.0.0.1: what is sent there reaches the other port. */
  port: number;
  /** Cuts all connections and refuses others until it is mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Leads from a free port to another. */
export async function breakableLink(toPort: number): Promise<BreakableLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // A reset is an end like any other here.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) {
      near.destroy();
      return;
    }
    const far = open(toPort, '127.0.0.1');
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend() {
      isCut = false;
    },
    close() {
      cut();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
