import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a connection suffers after so many bytes of the answers, or of the requests. */
export type Fault = { kind: 'reset' | 'close' | 'stall'; side: 'request' | 'answer'; afterBytes: number };

export type FaultProxy = {
  url: string;
  /** For the next connections, in order; those after them are left alone. */
  faults: Fault[];
  /** What was asked last on each connection that a fault has hit, such as `GET /tasks/a?wait=1`. */
  hits: string[];
  /** Ends what a client keeps open, so that it makes new connections. */
  cutAll(): void;
  close(): Promise<void>;
};

/** Stands between a client and a service on this machine, and breaks connections. */
export async function startFaultProxy(serviceUrl: string): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const target = new URL(serviceUrl);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    const fault = proxy.faults.shift();
    let asked = '';
    client.on('data', (chunk) => {
      asked = /^[A-Z]+ \S+/.exec(chunk.toString('latin1'))?.[0] ?? asked;
    });
    relay(client, upstream, fault?.side === 'request' ? fault : undefined, end);
    relay(upstream, client, fault?.side === 'answer' ? fault : undefined, end);
    function end(kind: Fault['kind']) {
      proxy.hits.push(asked);
      if (kind === 'stall') return;
      upstream.destroy();
      if (kind === 'reset') client.resetAndDestroy();
      else client.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: [],
    hits: [],
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      proxy.cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** Hands bytes on until the fault's position, which may be inside of a chunk. */
function relay(from: Socket, to: Socket, fault: Fault | undefined, end: (kind: Fault['kind']) => void): void {
  let left = fault?.afterBytes ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk) => {
    if (left < 0) return;
    to.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left >= 0 || fault === undefined) return;
    left = -1;
    end(fault.kind);
  });
  from.on('end', () => left >= 0 && to.end());
}
