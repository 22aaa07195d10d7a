import { DEFAULT_ACCOUNT } from './defaults.ts';
import { MAX_BODY_BYTES } from './http.ts';

/** Somebody who may sign in, with one project and its gateways. */
export type Account = {
  region: string;
  projectId: string;
  projectName: string;
  /** Gateways of the project. */
  instanceIds: string[];
  ak: string;
  sk: string;
  /** With a temporary AK: the token that must come with it. */
  securityToken?: string;
  domainName: string;
  userName: string;
  password: string;
  /** False: signs in well, but is refused everywhere with 403 APIG.1005. Default true. */
  permitted?: boolean;
};

export type SimulatorOptions = {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where all but latency comes from; default the machine's clock. Epoch milliseconds. */
  clock?: { now(): number };
  /** Default: the one of `defaults.ts`. */
  accounts?: Account[];
  /** False: no credentials are asked for (benchmarks). Default true. */
  auth?: boolean;
  /** How long a started task waits, then runs. Defaults 1,000 and 3,000 ms. */
  waitingMs?: number;
  processingMs?: number;
  /** Requests a second and project; undefined (default) = no limit. */
  requestsPerSecond?: number;
  /** True: a start is refused with 409 APIG.3718 while another task of its gateway runs. Default false. */
  isOneTaskAtATime?: boolean;
  /** Of an imported file, after which it is refused with 400 APIG.3603. Huawei publishes no figure; default: what fits into a body. */
  maxFileBytes?: number;
  /** Default 24 h. */
  tokenLifetimeMs?: number;
  /** The documentation spells both ways. Default `succeed`. */
  successStatus?: 'succeed' | 'succeeded';
  /** `FileName, FileType, Comment` or `file_type, content`. Default `examples` (the first). */
  exportSpelling?: ExportSpelling;
};

/** Which of the documentation's two spellings an export result uses. */
export type ExportSpelling = 'examples' | 'text';

export type ResolvedOptions = Required<Omit<SimulatorOptions, 'requestsPerSecond'>> & { requestsPerSecond?: number };

const defaultAccount = (): Account => {
  const { instanceId, ...rest } = DEFAULT_ACCOUNT;
  return { ...rest, instanceIds: [instanceId] };
};

/** Options with every default filled in. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  return {
    port: 0,
    host: '127.0.0.1',
    clock: { now: Date.now },
    accounts: [defaultAccount()],
    auth: true,
    waitingMs: 1_000,
    processingMs: 3_000,
    isOneTaskAtATime: false,
    maxFileBytes: MAX_BODY_BYTES,
    tokenLifetimeMs: 24 * 3_600_000,
    successStatus: 'succeed',
    exportSpelling: 'examples',
    ...options,
  };
}
