import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Child, startChild } from '../child.ts';
import type { DatabaseRequest } from '../database-process.ts';
import { startSecrets } from './secrets-server.ts';
import type { UpstreamRequest } from './upstream-process.ts';

/** Everything around the measured process: the simulator, the database and the secret, each in its own. */
export type Stage = {
  upstream: { url: string; ask<T>(request: UpstreamRequest): Promise<T> };
  /** Adds pending tasks up to this number, all due in the minute of `windowMs`. */
  fill(tasks: number): Promise<void>;
  windowMs: number;
  /** A process with our handler in it, ready for `HandlerRequest`s. */
  startHandler(execArgv?: string[], shards?: number): Child;
  close(): Promise<void>;
};

const ARN = 'arn:aws:sns:eu-central-1:000000000000';

/** Starts the stage with `tasks` tasks upstream that never end; the pending table is empty. */
export async function setStage(tasks: number): Promise<Stage> {
  const upstream = startChild(new URL('upstream-process.ts', import.meta.url));
  const database = startChild(new URL('../database-process.ts', import.meta.url));
  const windowMs = Math.floor(Date.now() / 60_000) * 60_000;
  const url = await upstream.ask<string>({ kind: 'start', tasks });
  // No rate limit: what is measured is the poller, not the upstream's patience.
  const profiles = { default: { ...defaultProfile(url), requests_per_second: 1_000_000 } };
  const secrets = await startSecrets(JSON.stringify({ profiles }));
  const put = (from: number, to: number) => database.ask<string>({ from, to, windowMs } satisfies DatabaseRequest);
  const endpoint = await put(0, 0);
  let filled = 0;
  return {
    upstream: { url, ask: (request) => upstream.ask(request) },
    windowMs,
    async fill(to) {
      await put(filled, to);
      filled = to;
    },
    startHandler: (execArgv = [], shards = 1) =>
      startChild(
        new URL('handler-process.ts', import.meta.url),
        handlerEnvironment(endpoint, secrets.url, shards),
        execArgv,
      ),
    async close() {
      secrets.server.close();
      await Promise.all([upstream.stop(), database.stop()]);
    },
  };
}

function handlerEnvironment(dynamoUrl: string, secretsUrl: string, shards: number): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    SHARDS: `${shards}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    // It answers everything alike, and that does for the wake that a run sends at its end.
    WAKE_QUEUE_URL: `${secretsUrl}/000000000000/wakes`,
    PENDING_TABLE: 'PendingTasks',
    RESULTS_TABLE: 'TaskResults',
    RESULTS_BUCKET: 'results',
    TASK_EVENTS_TOPIC_ARN: `${ARN}:events`,
    TASK_ALERTS_TOPIC_ARN: `${ARN}:alerts`,
    OPERATOR_TOPIC_ARN: `${ARN}:operators`,
    HUAWEI_SECRET_ID: 'huawei',
    PROFILE_PARTS_TABLE: 'ProfileParts',
  };
}
