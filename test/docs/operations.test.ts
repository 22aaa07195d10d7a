import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerBytesOf } from '../../functions/huawei/transport.ts';
import { toResultRow } from '../../functions/stores/dynamo/result-row.ts';
import { tableDefinitions } from '../../functions/stores/dynamo/tables.ts';
import {
  ASSUMPTIONS,
  floodCost,
  LOADS,
  monthlyCost,
  PRICES,
  totalOf,
  writeUnitsPerTask,
} from '../../generate/monthly-cost.ts';
import { goodExport, partialImport } from '../../generate/sample-results.ts';
import { parseSettings, settingsSchema } from '../../lib/settings.ts';
import { indexWriteUnits, itemBytes, writeUnits } from '../contract/index-units.ts';
import { EVERYTHING, resourcesOf, synthesize } from '../lib/synthesize.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const alarmsOf = (settings: unknown) => resourcesOf(synthesize(settings), 'AWS::CloudWatch::Alarm');

describe('docs/operations.md', () => {
  it('lists its sections at the top, in their order', () => {
    const [top = '', ...rest] = page.split(/^(?=## )/m);
    const listed = [...top.matchAll(/\[([^\]]+)\]\(#[\w-]+\)/g)].map(([, name]) => name);
    expect(listed).toEqual([...rest.join('').matchAll(/^##+ (.+)$/gm)].map(([, name]) => name));
  });

  it('has one section per alarm of the stack, and none for others', () => {
    const names = alarmsOf(EVERYTHING).map(({ id }) => id.slice('MonitoringAlarms'.length, -8));
    const sections = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(names.toSorted());
  });

  it('names outputs that the stack has', () => {
    const outputs = Object.keys(synthesize(EVERYTHING).toJSON().Outputs);
    const named = [...page.matchAll(/(?:<|\(output )([A-Z][A-Za-z]+)[>)]/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(outputs).toContain(name);
  });

  it('has no command that goes to another deployment than the one that was named', () => {
    const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text);
    const lines = blocks.join('').split('\n');
    const commands = lines.filter((line) => /npm run (synth|deploy|doctor)|cdk (deploy|diff|destroy)/.test(line));
    expect(commands.length).toBeGreaterThan(7);
    for (const command of commands) expect(command).toMatch(/(-c settings=|--settings )"\$settings"/);
    expect(page.replace(/^settings=.*$/m, '')).not.toContain('ApigTaskNotifier');
  });

  it('looks for runs that were killed wherever it looks for those that failed', () => {
    const filters = [...page.matchAll(/--filter-pattern '(.*?)'/g)].map(([, filter = '']) => filter);
    const ofFailures = filters.filter((filter) => filter.includes('?timeout'));
    expect(ofFailures.length).toBeGreaterThan(3);
    for (const filter of ofFailures) expect(filter).toContain('?"Runtime.OutOfMemory" ?"Runtime.ExitError"');
  });

  it('has commands to copy for every alarm, whose description names the section', () => {
    const sections = page.split(/^##+ /m);
    for (const { id, Properties } of alarmsOf(EVERYTHING)) {
      const name = id.slice('MonitoringAlarms'.length, -8);
      const section = sections.find((text) => text.startsWith(`${name}\n`));
      if (name !== 'WebhookFailed') expect(section, name).toContain('```sh\n');
      expect(Properties.AlarmDescription).toMatch(
        new RegExp(` Runbook: docs/operations\\.md#${name.toLowerCase()}\\.$`),
      );
    }
  });
});

describe('the memory of the poller', () => {
  it('allows the exports that the page says', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| (\d+\.\d) \|$/gm)].map(([, memory, mib]) => [Number(memory), mib]);
    expect(rows.length).toBeGreaterThan(3);
    for (const [memory, mib] of rows) expect((answerBytesOf(Number(memory)) / 2 ** 20).toFixed(1)).toBe(mib);
    expect(rows[0]?.[0]).toBe(settingsSchema.shape.pollerMemoryMb.unwrap().minValue);
    expect(rows.map(([memory]) => memory)).toContain(parseSettings({}).pollerMemoryMb);
  });
});

describe('what a month costs', () => {
  it('counts the alarms and secrets that the default stack has', () => {
    expect(ASSUMPTIONS.alarms).toBe(alarmsOf({}).length);
    expect(ASSUMPTIONS.secrets).toBe(resourcesOf(synthesize({}), 'AWS::SecretsManager::Secret').length);
    const [poller] = resourcesOf(synthesize({}), 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('Poller'));
    expect(ASSUMPTIONS.pollerGb * 1024).toBe(poller?.Properties.MemorySize);
    const [api] = resourcesOf(synthesize({}), 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('TasksApi'));
    expect(ASSUMPTIONS.apiGb * 1024).toBe(api?.Properties.MemorySize);
    expect(resourcesOf(synthesize({}), 'AWS::KMS::Key')).toHaveLength(1);
  });

  it('takes a result for as large as results are, and its write units from that', () => {
    const { results } = tableDefinitions({ pending: 'pending', results: 'results' });
    for (const sample of [partialImport, goodExport]) {
      const row = toResultRow(sample);
      expect(itemBytes(row)).toBeLessThanOrEqual(ASSUMPTIONS.resultKb * 1024);
      const units = 2 + writeUnits(itemBytes(row)) + indexWriteUnits(results, undefined, row);
      expect(writeUnitsPerTask(itemBytes(row) / 1024)).toBe(units);
    }
    expect(writeUnitsPerTask(ASSUMPTIONS.resultKb)).toBe(4);
    expect(writeUnitsPerTask(2.2)).toBe(6);
  });

  it('says what a flood costs at the default limit, and that the alarm goes off long before that limit is reached', () => {
    const { api, alarms } = parseSettings({});
    expect(page).toContain(
      `costs at most ${floodCost(api.requestsPerSecond).toFixed(0)} US$ (${floodCost(50).toFixed(0)} US$ with 50)`,
    );
    expect(floodCost(1)).toBeCloseTo(2_592_000 * (1e-6 + 0.2e-6 + 0.00125 * 0.0000133334 + 0.53e-6), 6);
    expect(alarms.apiRequests).toBeLessThan(300 * api.requestsPerSecond);
    expect(alarms.apiClientErrors).toBeLessThan(alarms.apiRequests);
  });

  it('agrees with a reckoning by hand from unit prices', () => {
    const lineOf = (index: number, what: string) => {
      const load = LOADS[index];
      return load && monthlyCost(load).find((line) => line.what === what)?.usd;
    };
    expect(lineOf(2, 'DynamoDB writes')).toBeCloseTo(3_000_000 * 4 * 0.000000625, 6);
    expect(lineOf(2, 'DynamoDB storage and backup')).toBeCloseTo(9 * 0.45 + 4.5 * 0.25, 6);
    const { poller } = LOADS[2] ?? expect.fail('there is no third load');
    expect(lineOf(2, 'Poller: Lambda time')).toBeCloseTo(poller.seconds * 30 * 0.25 * 0.0000133334, 6);
    expect(lineOf(2, 'Poller: runs and schedule')).toBeCloseTo(poller.runs * 30 * 2e-7 + 43_200 * 1e-6, 6);
    expect(lineOf(2, 'Poller: wakes')).toBeCloseTo((poller.messages * 90 + 648_000) * 4e-7, 6);
    expect(lineOf(0, 'KMS requests')).toBeCloseTo(300 * 2 * 2 * 0.000003, 6);
    expect(lineOf(2, 'KMS requests')).toBeCloseTo(8_640 * 2 * 2 * 0.000003, 6);
    expect(lineOf(1, 'E-mail, one address')).toBeCloseTo(0.6, 6);
    expect(PRICES.alarmMonth * ASSUMPTIONS.alarms).toBeCloseTo(1.6, 6);
  });

  it('takes what the poller uses from the benchmark of a deployment', () => {
    const { deployed } = JSON.parse(readFileSync(new URL('../../bench/results.json', import.meta.url), 'utf8'));
    for (const { tasksPerDay, poller } of LOADS) {
      const life = deployed.data.single.find(
        ({ load }: { load: { tasksPerDay: number } }) => load.tasksPerDay === tasksPerDay,
      );
      const measured = {
        seconds: life.billedSeconds,
        runs: life.runsPerTask * tasksPerDay,
        messages: life.messagesPerTask * tasksPerDay,
        publishes: life.publishesPerTask * tasksPerDay,
        writeUnits: life.writeUnits / 30,
        readUnits: life.readUnits / 30,
      };
      for (const [what, value] of Object.entries(poller))
        expect(Math.abs(value / measured[what as keyof typeof measured] - 1), what).toBeLessThan(0.05);
    }
  });

  it('stays within what was promised', () => {
    // Beside the empty receives of the wake queue, 0.26.
    const [few = 0, many = 0, most = 0] = LOADS.map((load) => totalOf(monthlyCost(load)) - 0.26);
    expect(few).toBeLessThanOrEqual(4);
    expect(many).toBeLessThanOrEqual(7);
    expect(most).toBeLessThanOrEqual(50);
  });

  it('grows with the tasks', () => {
    const totals = LOADS.map((load) => totalOf(monthlyCost(load)));
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  });
});
