import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { startReceiver } from '../channels/webhook/receiver.ts';
import { API_KEY, registerOn, startOn, type World } from './clients.ts';
import { type Counts, count, createEvents, resolveStarts, untilAllIsTold } from './count.ts';
import { startGatewayWitness } from './gateway-witness.ts';
import { createMortalService, type MortalService } from './mortal-service.ts';

export type CrashOptions = { kills: number; say(line: string): void };
export type CrashReport = { kills: number } & Counts;

const REGISTERING = 3;
const STARTING = 3;

/** Registers, starts, ends and tells without a pause while the service is killed; then lets it finish, and counts. */
export async function runCrash({ kills, say }: CrashOptions): Promise<CrashReport> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crash-'));
  const simulator = await startSimulator({ waitingMs: 200, processingMs: 600 });
  const witness = await startGatewayWitness(simulator.url);
  const receiver = await startReceiver();
  const service = createMortalService(await environmentOf(witness.url, dataDir));
  const world: World = { simulator, expected: new Map(), starts: [], hookUrl: receiver.url, url: service.url };
  const stopping = new AbortController();
  try {
    service.start();
    await service.listening();
    const clients = Array.from({ length: REGISTERING }, (_, n) => registerOn(world, n, stopping.signal));
    clients.push(...Array.from({ length: STARTING }, (_, n) => startOn(world, n, stopping.signal)));
    const working = Promise.all(clients);
    await Promise.race([killAgainAndAgain(service, { kills, say }, world), working]);
    const url = await service.listening();
    await delay(1_000);
    stopping.abort();
    await working;
    await resolveStarts(url, world);
    const events = createEvents(receiver.received);
    await untilAllIsTold(url, world, events);
    const counts = await count(world, { url, begunImports: witness.begunImports, events, say });
    await service.killAfter(0, 'start');
    return { kills, ...counts };
  } finally {
    stopping.abort();
    witness.close();
    await receiver[Symbol.asyncDispose]();
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function killAgainAndAgain(service: MortalService, { kills, say }: CrashOptions, world: World): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    // Half of them while it starts, when it repairs, reads what was left, and sends it again.
    if (kill % 2 === 0) await service.killAfter(Math.random() * 900, 'start');
    else await service.killAfter(Math.random() * 1_500, 'listening');
    service.start();
    if (kill % 25 === 0) say(`${kill} kills, ${world.expected.size} tasks, ${world.starts.length} starts`);
  }
}

/** Far more requests a second than Huawei takes: what is tested is the service, and it has little time. */
const REQUESTS_PER_SECOND = 300;

async function environmentOf(apig_endpoint: string, dataDir: string): Promise<NodeJS.ProcessEnv> {
  const { projectId: project_id, instanceId: instance_id, ak, sk } = DEFAULT_ACCOUNT;
  const profile = { project_id, instance_id, ak, sk, apig_endpoint, requests_per_second: REQUESTS_PER_SECOND };
  const webhook_secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
  const file = path.join(dataDir, 'profiles.json');
  await writeFile(file, JSON.stringify({ profiles: { default: { ...profile, webhook_secrets } } }));
  return {
    ...{ PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, API_KEYS: API_KEY, POLL_MIN_INTERVAL_MS: '300' },
    HUAWEICLOUD_PROFILES_FILE: file,
  };
}
