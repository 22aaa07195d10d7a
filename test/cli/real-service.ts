import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { KEY } from './stand-in.ts';

export type RealService = {
  url: string;
  simulator: Simulator;
  /** For the files of a test; gone with the service. */
  folder: string;
  /** Ends the service and starts it again, with the same data and at the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** What `npm start` runs, in this process, with tasks of 50 ms. */
export async function startRealService(): Promise<RealService> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apig-client-'));
  const simulator = await startSimulator({ waitingMs: 0, processingMs: 50 });
  const profile = { ...defaultProfile(simulator.url), requests_per_second: 500 };
  const start = (port: number) =>
    startService({
      ...{ host: '127.0.0.1', port, dataDir: path.join(folder, 'data'), apiKeys: [KEY], alertEmails: [] },
      ...{ profiles: { default: profile }, pollMinIntervalMs: 100, taskDeadlineMs: 60_000, clock: systemClock },
      terminal: { write: () => undefined, colours: false },
      log: { info() {}, warn() {}, error() {} },
    });
  let service = await start(0);
  return {
    ...{ url: service.url, simulator, folder },
    async restart() {
      await service.close();
      service = await start(Number(new URL(service.url).port));
    },
    async close() {
      await service.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An OpenAPI file whose import ends so. The title becomes the group's name, and no two groups share one. */
export function openApiFile(ending: 'succeeded' | 'partially_succeeded' | 'failed', title: string): string {
  // Documented: Huawei's own token comes in a header of this name, so that an API cannot have it.
  const parameters = ending === 'failed' ? [{ name: 'X-Auth-Token', in: 'header', type: 'string' }] : [];
  const operation = (operationId: string) => ({
    ...{ operationId, parameters, responses: { default: { description: 'as it comes' } } },
    'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} },
  });
  const paths = {
    '/pets': { get: operation('listPets'), post: operation('createPet') },
    ...(ending === 'partially_succeeded' && { '/orders': { get: { operationId: 'listOrders', responses: {} } } }),
  };
  return JSON.stringify({ swagger: '2.0', info: { title, version: '1' }, paths });
}
