import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import process from 'node:process';
import type { PartResult } from '../part.ts';
import { formatSpread, ratiosOf, spreadOf } from '../stats.ts';

const ROUNDS = 41;
const CLIENT = 'action/apig-tasks.mjs';

/** How long `apig-tasks` takes from its start to its end, beside a Node that runs an empty module. */
export async function run(): Promise<PartResult> {
  await using service = await startService();
  const subjects: Record<string, string[]> = {
    'Node alone': ['--input-type=module', '--eval', ''],
    'apig-tasks --help': [CLIENT, '--help'],
    'apig-tasks list, one request': [CLIENT, 'list', '--url', service.url],
  };
  const times: Record<string, number[]> = {};
  // In turns, so that each round meets the same machine; the first one reads the files from the disk.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [name, args] of Object.entries(subjects)) {
      const ms = await timeOf(args);
      if (round >= 0) times[name] = [...(times[name] ?? []), ms];
    }
  }
  return report(times);
}

async function timeOf(args: string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { APIG_TASKS_KEY: 'any', DATA_DIR: devNull } });
  const [code] = await once(child, 'exit');
  const ms = performance.now() - begun;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return ms;
}

async function startService() {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end('{"items":[]}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function report(times: Record<string, number[]>): PartResult {
  const [alone = []] = Object.values(times);
  const rows = Object.entries(times).map(([name, all]) => ({
    name,
    ms: spreadOf(all),
    ratio: spreadOf(ratiosOf(all, alone)),
  }));
  const start = rows[1]?.ratio;
  return {
    tables: [
      {
        title: `From the start of a process to its end, wall time (medians of ${ROUNDS})`,
        columns: ['command', 'ms', 'spread', '÷ Node alone', 'spread'],
        rows: rows.map(({ name, ms, ratio }) => [
          name,
          ms.median,
          formatSpread(ms, 0),
          ratio.median,
          formatSpread(ratio),
        ]),
      },
    ],
    goals: [
      {
        goal: 'the client starts in less than twice the time of Node alone',
        measured: start === undefined ? 'nothing' : `${start.median.toFixed(2)} (${formatSpread(start)})`,
        reached: (start?.median ?? Number.POSITIVE_INFINITY) < 2,
      },
    ],
    data: rows,
  };
}
