import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Settings } from '../lib/settings.ts';
import { type Check, ok, warn } from './check.ts';

const NAME = 'concurrency';
/** Executions that the API should find free: Lambda answers 503 for it when there are none. */
const API_NEEDS = 2;

/** Whether the account's quota of concurrent executions is enough for everything that the stack may run at once. */
export function concurrencyCheck(client: LambdaClient, settings: Settings): Check {
  return {
    name: NAME,
    async run() {
      const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
      const free = AccountLimit?.UnreservedConcurrentExecutions;
      if (free === undefined)
        return [warn(NAME, 'Lambda does not say how many executions are free', 'ask AWS Support')];
      const { needed, words } = needOf(settings);
      const message = `${free} concurrent executions for all functions of the account; this stack can use ${needed} (${words})`;
      if (free >= needed) return [ok(NAME, message)];
      const fix =
        'ask AWS for a higher quota of concurrent executions (Service Quotas, Lambda), or lower workerConcurrency';
      return [warn(NAME, message, fix)];
    },
  };
}

/** One run a shard from its schedule, one from its wake (two at least); each delivery queue's; and the API's. */
function needOf({ shards, channels, webhooks, workerConcurrency }: Settings): { needed: number; words: string } {
  const queues = [channels, webhooks].filter(Boolean).length;
  const parts = [
    { of: 'poller', count: shards + Math.max(2, shards) },
    { of: 'deliveries', count: queues * workerConcurrency },
    { of: 'API, at least', count: API_NEEDS },
  ];
  const needed = parts.reduce((sum, { count }) => sum + count, 0);
  return { needed, words: parts.map(({ of, count }) => `${of} ${count}`).join(', ') };
}
