import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatorControl } from './control.ts';
import { resolveOptions, type SimulatorOptions } from './options.ts';
import { serve } from './serve.ts';
import { isControl, serveControl } from './serve-control.ts';
import { createWorld } from './world.ts';

/** A running stand-in for Huawei Cloud. */
export type Simulator = {
  /** `http://host:port`: both the IAM and the APIG endpoint. */
  url: string;
  control: SimulatorControl;
  /** Breaks what hangs and frees the port. */
  close(): Promise<void>;
};

/** Starts Huawei's IAM and APIG on one port, with the control route beside them. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const world = createWorld(resolved);
  const control = new SimulatorControl(world);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const served = isControl(request.url) ? serveControl(control, request, response) : serve(world, request, response);
    served.catch((error: unknown) => {
      console.error('simulator:', error);
      response.destroy();
    });
  });
  server.on('connection', () => world.stats.connection());
  server.listen(resolved.port, resolved.host);
  await once(server, 'listening');
  return { url: urlOf(server), control, close: () => close(server) };
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
