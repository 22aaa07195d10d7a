/** US$ in us-east-1, as assumed on 2026-11-24, without free tiers. Check them against AWS's price pages before you rely on them. */
export const PRICES = {
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  schedulerInvocation: 1e-6,
  httpApiRequest: 1e-6,
  dynamoWriteUnit: 0.625e-6,
  dynamoReadUnit: 0.125e-6,
  dynamoGbMonth: 0.25,
  /** Point-in-time recovery, of the table without its index. */
  dynamoBackupGbMonth: 0.2,
  s3Put: 5e-6,
  s3GbMonth: 0.023,
  snsPublish: 0.5e-6,
  snsEmail: 20e-6,
  sqsRequest: 0.4e-6,
  secretMonth: 0.4,
  secretRead: 5e-6,
  kmsKeyMonth: 1,
  kmsRequest: 3e-6,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  logGb: 0.5 + 0.03,
} as const;

/** What a deployment with default settings does; everything a month is of 30 days. */
export const ASSUMPTIONS = {
  alarms: 16,
  secrets: 2,
  /** The delay; a metric costs by the hour in which it has data. */
  metricsWithTasks: 1,
  /** One failed task in fifty. */
  failedShare: 0.02,
  /** Polls, what is pending and how old it is, while that is worth a metric. */
  metricsWhenBusy: 3,
  pollerGb: 0.25,
  /** An import of up to five APIs, or an export; its entry in the index is with the 100 bytes that DynamoDB adds. */
  resultKb: 1,
  indexEntryKb: 0.5,
  retentionDays: 90,
  exportShare: 0.3,
  exportKb: 50,
  /** Events and alerts; `Operator` is silent in a good month. */
  topics: 2,
  /** How long SNS uses a data key of a topic again; a new one is two requests. */
  dataKeyMinutes: 5,
  apiRequestsPerTask: 2,
  apiSeconds: 0.05,
  apiGb: 0.25,
  /** A request without a key: 401 before any store is asked, an access line and Lambda's own lines. */
  refusedSeconds: 0.005,
  refusedLogKb: 1,
  logKbPerRun: 0.35,
  logKbPerTask: 1.75,
  /** Lambda's long polls of a queue: five, each of 20 s. The webhooks have one; that of the wakes is with the poller. */
  queuePollsPerMinute: 15,
} as const;

/** Put and delete of the pending row and the entry in the index are one unit each, the result one for each KB begun. */
export function writeUnitsPerTask(resultKb: number): number {
  return 3 + Math.ceil(resultKb);
}

const DAYS = 30;
const MINUTES = DAYS * 1440;
const KB_PER_GB = 1_000_000;

/** What the poller takes a day at a load, as `npm run bench -- deployed` measures it; a test compares the two. */
export type PollerUse = {
  seconds: number;
  runs: number;
  messages: number;
  /** Calls of `PublishBatch` to one topic: SNS counts calls, of up to ten messages. */
  publishes: number;
  /** For cursors and leases alone. */
  writeUnits: number;
  readUnits: number;
};

type Load = { tasksPerDay: number; emailsPerTask: number; isBusy: boolean; poller: PollerUse };

/** The loads of docs/operations.md. Nobody reads 100,000 e-mails a day, so that load tells machines alone. */
export const LOADS: readonly Load[] = [
  {
    ...{ tasksPerDay: 10, emailsPerTask: 1, isBusy: false },
    poller: { seconds: 82.7, runs: 1_650, messages: 124, publishes: 10, writeUnits: 3_100, readUnits: 804 },
  },
  {
    ...{ tasksPerDay: 1_000, emailsPerTask: 1, isBusy: false },
    poller: { seconds: 5_740, runs: 12_300, messages: 10_900, publishes: 1_000, writeUnits: 22_900, readUnits: 8_790 },
  },
  {
    ...{ tasksPerDay: 100_000, emailsPerTask: 0, isBusy: true },
    poller: {
      seconds: 85_900,
      runs: 21_900,
      messages: 20_400,
      publishes: 16_300,
      writeUnits: 43_500,
      readUnits: 565_000,
    },
  },
];

type CostLine = { what: string; usd: number };

/** US$ a month, line by line. */
export function monthlyCost(load: Load): CostLine[] {
  return [...fixedLines(load), ...pollerLines(load), ...taskLines(load)];
}

/** US$ for a month in which requests without a key arrive as fast as API Gateway lets them through. */
export function floodCost(requestsPerSecond: number): number {
  const p = PRICES;
  const { refusedSeconds, refusedLogKb } = ASSUMPTIONS;
  const time = refusedSeconds * ASSUMPTIONS.apiGb * p.lambdaGbSecond;
  const logs = (refusedLogKb / KB_PER_GB) * p.logGb;
  return MINUTES * 60 * requestsPerSecond * (p.httpApiRequest + p.lambdaRequest + time + logs);
}

export function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

function fixedLines({ tasksPerDay, isBusy }: Load): CostLine[] {
  const p = PRICES;
  const a = ASSUMPTIONS;
  const hoursWith = (eventsPerDay: number) => Math.min(1, eventsPerDay / 24);
  const whenBusy = isBusy ? a.metricsWhenBusy : 0;
  const metrics = a.metricsWithTasks * hoursWith(tasksPerDay) + hoursWith(tasksPerDay * a.failedShare) + whenBusy;
  return [
    { what: 'KMS key', usd: p.kmsKeyMonth },
    { what: 'CloudWatch alarms', usd: a.alarms * p.alarmMonth },
    { what: 'CloudWatch metrics', usd: metrics * p.metricMonth },
    { what: 'Secrets Manager', usd: a.secrets * p.secretMonth + (MINUTES / 5) * p.secretRead },
    { what: 'SQS long polls', usd: MINUTES * a.queuePollsPerMinute * p.sqsRequest },
  ];
}

/** A message is sent, received and deleted; the queue of the wakes is polled as that of the webhooks is. */
function pollerLines({ poller }: Load): CostLine[] {
  const p = PRICES;
  const a = ASSUMPTIONS;
  const idleReceives = MINUTES * a.queuePollsPerMinute;
  const units = poller.writeUnits * p.dynamoWriteUnit + poller.readUnits * p.dynamoReadUnit;
  return [
    { what: 'Poller: Lambda time', usd: DAYS * poller.seconds * a.pollerGb * p.lambdaGbSecond },
    { what: 'Poller: runs and schedule', usd: DAYS * poller.runs * p.lambdaRequest + MINUTES * p.schedulerInvocation },
    { what: 'Poller: wakes', usd: (DAYS * 3 * poller.messages + idleReceives) * p.sqsRequest },
    { what: 'Poller: scans, cursors, leases', usd: DAYS * units },
  ];
}

function taskLines({ tasksPerDay, emailsPerTask, poller }: Load): CostLine[] {
  const p = PRICES;
  const a = ASSUMPTIONS;
  const tasks = tasksPerDay * DAYS;
  const kept = tasksPerDay * a.retentionDays;
  const api = p.httpApiRequest + p.lambdaRequest + a.apiSeconds * a.apiGb * p.lambdaGbSecond;
  const exportsKept = (kept * a.exportShare * a.exportKb) / KB_PER_GB;
  const logGb = (DAYS * poller.runs * a.logKbPerRun + tasks * a.logKbPerTask) / KB_PER_GB;
  return [
    { what: 'DynamoDB writes', usd: tasks * writeUnitsPerTask(a.resultKb) * p.dynamoWriteUnit },
    { what: 'DynamoDB storage and backup', usd: storedResults(kept) },
    { what: 'HTTP API', usd: tasks * a.apiRequestsPerTask * api },
    { what: 'SNS, two topics', usd: DAYS * poller.publishes * a.topics * p.snsPublish },
    { what: 'KMS requests', usd: a.topics * Math.min(tasks, MINUTES / a.dataKeyMinutes) * 2 * p.kmsRequest },
    { what: 'E-mail, one address', usd: tasks * emailsPerTask * p.snsEmail },
    { what: 'S3', usd: tasks * a.exportShare * p.s3Put + exportsKept * p.s3GbMonth },
    { what: 'Logs', usd: logGb * p.logGb },
  ];
}

function storedResults(kept: number): number {
  const { resultKb, indexEntryKb } = ASSUMPTIONS;
  const { dynamoGbMonth, dynamoBackupGbMonth } = PRICES;
  const usdPerGb = resultKb * (dynamoGbMonth + dynamoBackupGbMonth) + indexEntryKb * dynamoGbMonth;
  return (kept / KB_PER_GB) * usdPerGb;
}

/** The table of docs/operations.md, in Markdown. */
export function renderCostTable(): string {
  const columns = LOADS.map(monthlyCost);
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const usd = (value = 0) => value.toFixed(2);
  const names = columns[0]?.map(({ what }) => what) ?? [];
  return [
    row(['US$ a month', ...LOADS.map(({ tasksPerDay }) => `${tasksPerDay.toLocaleString('en-US')} tasks a day`)]),
    row(['---', ...LOADS.map(() => '---:')]),
    ...names.map((what, index) => row([what, ...columns.map((lines) => usd(lines[index]?.usd))])),
    row(['**Total**', ...columns.map((lines) => `**${usd(totalOf(lines))}**`)]),
  ].join('\n');
}
