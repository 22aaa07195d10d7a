import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { bundled, compileCache } from '../support/bundled.ts';

export const API_KEY = 'a-key-for-this-test-alone';

/** `npm start`, or what it runs, as a process of its own. */
export type ServiceProcess = {
  child: ChildProcess;
  url: string;
  /** All that it has written so far. */
  output(): string;
  /** As a power cut would. */
  kill(): Promise<void>;
};

export type ServiceProcessOptions = {
  /** Stands in for Huawei Cloud, with AK and SK. */
  simulator: Simulator;
  dataDir: string;
  environment?: Record<string, string>;
  /** Default: Node itself, without npm, on the code of `npm start` bundled into one file. */
  command?: [string, ...string[]];
  detached?: boolean;
};

/** Resolves when it listens; rejects with its output when it ends before. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { command = [process.execPath, await bundled('local')], detached = false } = options;
  const [program, ...args] = command;
  const child = spawn(program, args, { env: environmentOf(options), detached });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk;
      const found = /listening on (http:\S+)/.exec(output);
      if (found?.[1]) resolve(found[1]);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('exit', (code) => reject(new Error(`exited with ${code}: ${output}`)));
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { child, url, output: () => output, kill };
}

function environmentOf({ simulator, dataDir, environment }: ServiceProcessOptions): NodeJS.ProcessEnv {
  const { projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
  return {
    PATH: process.env.PATH,
    ...compileCache,
    PORT: '0',
    DATA_DIR: dataDir,
    API_KEYS: API_KEY,
    POLL_MIN_INTERVAL_MS: '200',
    HUAWEICLOUD_SDK_PROJECT_ID: projectId,
    HUAWEICLOUD_INSTANCE_ID: instanceId,
    HUAWEICLOUD_SDK_AK: ak,
    HUAWEICLOUD_SDK_SK: sk,
    HUAWEICLOUD_APIG_ENDPOINT: simulator.url,
    HUAWEICLOUD_IAM_ENDPOINT: simulator.url,
    ...environment,
  };
}

const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };

/** Registers a task; resolves to the answer's status. */
export async function register(url: string, taskId: string, more: object = {}): Promise<number> {
  const body = JSON.stringify({ task_id: taskId, ...more });
  return (await fetch(`${url}/tasks`, { method: 'POST', headers, body })).status;
}

/** An answer of the API, parsed. */
export async function getJson<T>(url: string, path: string): Promise<T> {
  return (await (await fetch(`${url}${path}`, { headers })).json()) as T;
}
