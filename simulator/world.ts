import { AccessKeyCheck } from './access-keys.ts';
import { LARGE_GROUP_ID, SMALL_GROUP_ID } from './defaults.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { IamTokens, TokenRegistry } from './iam.ts';
import { RateLimit } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import { StatsCounter } from './stats.ts';
import { TaskTable } from './tasks.ts';

/** Everything one simulator knows. */
export type World = {
  options: ResolvedOptions;
  tokens: TokenRegistry;
  accessKeys: AccessKeyCheck;
  iam: IamTokens;
  gateways: Map<string, Gateway>;
  tasks: TaskTable;
  faults: Faults;
  rateLimit: RateLimit;
  stats: StatsCounter;
};

export function createWorld(options: ResolvedOptions): World {
  const tokens = new TokenRegistry(options.tokenLifetimeMs);
  const instanceIds = options.accounts.flatMap((account) => account.instanceIds);
  return {
    options,
    tokens,
    accessKeys: new AccessKeyCheck(options.accounts),
    iam: new IamTokens(options.accounts, tokens),
    gateways: new Map(instanceIds.map((id) => [id, createGateway(options.clock.now())])),
    tasks: new TaskTable(),
    faults: new Faults(),
    rateLimit: new RateLimit(options.requestsPerSecond),
    stats: new StatsCounter(),
  };
}

/** 1,000 APIs of 4,000 characters: the export is more than 4 MB. */
function createGateway(nowMs: number): Gateway {
  const gateway = new Gateway();
  gateway.seed({ groupId: SMALL_GROUP_ID, name: 'small-group', apis: 2 }, nowMs);
  gateway.seed({ groupId: LARGE_GROUP_ID, name: 'large-group', apis: 1_000, descriptionBytes: 4_000 }, nowMs);
  return gateway;
}
