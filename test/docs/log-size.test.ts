import { afterEach, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../functions/runtime/telemetry.ts';
import { ASSUMPTIONS } from '../../generate/monthly-cost.ts';
import { EVERYTHING, propertiesOf, resourcesOf, synthesize } from '../lib/synthesize.ts';

/** CloudWatch Logs counts these bytes for each event beside its text. */
const EVENT_BYTES = 26;
const ID = '792ba730-83d6-4316-a23e-f43b2a779e02';
const TASK_ID = 'ff8080818e2a3b4c018e2a3b4c5d0001';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a function writes in one invocation, as Powertools does in Lambda. */
function linesOf(work: (telemetry: ReturnType<typeof createTelemetry>) => void): string[] {
  for (const [name, value] of Object.entries({
    ...{ POWERTOOLS_DEV: 'true', POWERTOOLS_METRICS_DISABLED: 'false' },
    ...{ POWERTOOLS_LOG_LEVEL: 'INFO', POWERTOOLS_SERVICE_NAME: 'ApigTaskNotifier' },
  }))
    vi.stubEnv(name, value);
  const printed = (['log', 'info'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => {}));
  const telemetry = createTelemetry();
  telemetry.begin({ awsRequestId: ID } as Parameters<typeof telemetry.begin>[0]);
  work(telemetry);
  telemetry.end();
  // With POWERTOOLS_DEV the lines are indented, in Lambda they are not.
  const lines = printed.flatMap(({ mock }) => mock.calls.map(([line]) => JSON.stringify(JSON.parse(String(line)))));
  vi.restoreAllMocks();
  return lines;
}

/** API Gateway's line for one request, with values as long as they usually are. */
function accessLine(): string {
  const { AccessLogSettings } = propertiesOf(synthesize({}), 'AWS::ApiGatewayV2::Stage', '');
  const usual: Record<string, string> = {
    requestId: 'Sv1sVhh8oAMEPJQ=',
    'integration.requestId': ID,
    'identity.sourceIp': '203.0.113.200',
    requestTime: '26/Nov/2026:16:18:10 +0000',
    httpMethod: 'POST',
    path: `/tasks/${TASK_ID}`,
    status: '202',
    responseLength: '412',
    responseLatency: '48',
    integrationErrorMessage: '-',
    'identity.userAgent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari',
  };
  const { Format: format } = AccessLogSettings as { Format: string };
  return format.replace(/\$context\.([\w.]+)/g, (_, name: string) => usual[name] ?? expect.fail(`${name} is not here`));
}

const kb = (lines: string[]) => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + EVENT_BYTES, 0) / 1_000;

it('a task writes as many bytes to logs as the costs assume', () => {
  const api = linesOf(({ log }) => log.info('audit', { key: 'ci-orders', action: 'register', task_id: TASK_ID }));
  const poller = linesOf(({ log, metrics }) => {
    log.info('task over', { task_id: TASK_ID, outcome: 'succeeded', delay_s: 1.234 });
    metrics.add('DetectionDelaySeconds', 1.234, 'Seconds');
  });
  expect([api.length, poller.length]).toEqual([1, 2]);
  const requests = Array.from({ length: ASSUMPTIONS.apiRequestsPerTask }, accessLine);
  const measured = kb([...requests, ...api, ...poller]);
  expect(measured).toBeLessThanOrEqual(ASSUMPTIONS.logKbPerTask);
  expect(measured).toBeGreaterThan(0.8 * ASSUMPTIONS.logKbPerTask);
});

it('a run writes as many bytes to logs as the costs assume, because Lambda reports only those that went wrong', () => {
  const functions = resourcesOf(synthesize(EVERYTHING), 'AWS::Lambda::Function');
  for (const { Properties } of functions.filter(({ Properties }) => Properties.Handler === 'index.handler'))
    expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  const ended = { scans: 12, polled: 31, missed: 0, pending: 310, covered_until: '2026-11-26T16:18:31.879Z' };
  const measured = kb(linesOf(({ log }) => log.info('run ended', { ...ended, peak_memory_mb: 146 })));
  expect(measured).toBeLessThanOrEqual(ASSUMPTIONS.logKbPerRun);
  expect(measured).toBeGreaterThan(0.8 * ASSUMPTIONS.logKbPerRun);
});
