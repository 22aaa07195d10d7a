import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FinalTask } from '../../cli/answers.ts';
import { junitXml } from '../../cli/ci-reports.ts';
import { renderTable } from '../../cli/table.ts';
import { shorten, widthOf } from '../../cli/text.ts';
import { describeEnd } from '../../cli/words.ts';
import { run } from './run.ts';
import { finalView, type StandIn, startStandIn } from './stand-in.ts';

let service: StandIn;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apig-reports-'));
  service = await startStandIn();
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

const SHARED = {
  ...{ task_id: 'a', instance_id: 'g', project_id: 'p', profile: 'd' },
  registered_at: '2026-11-26T12:00:00Z',
};

async function importPartly(options: string[] = [], env: Record<string, string> = {}) {
  const file = path.join(folder, 'orders.json');
  await writeFile(file, '{}');
  service.nextStart = { end: 'partially_succeeded', afterAnswers: 2, label: 'orders' };
  return { file, ...(await run(['import', file, ...options], { url: service.url, env })) };
}

describe('the end of an import', () => {
  it('says what was created, updated and refused, with code, message and what helps', async () => {
    const { out, err } = await importPartly();
    expect(out).toMatchInlineSnapshot(`
      "▲ orders: import partially succeeded after 1 min 5 s: 1 created, 1 updated, 2 failed
        + GET /pets
        ~ PUT /pets
        - POST /pets
          APIG.2012: Invalid value, parameterName:match_mode
          → Use SWA or NORMAL.
        - GET /100%,:|x
          APIG.3202: API already exists
        task started-1, group g1
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "orders: processing
      orders: ▲ partially succeeded
      "
    `);
  });

  it('is the same in --json, whole', async () => {
    const { out } = await importPartly(['--json']);
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'partially_succeeded',
      result: { failure: [{ error_code: 'APIG.2012', help: 'Use SWA or NORMAL.' }, { path: '/100%,:|x' }] },
    });
  });

  it('shows no control characters of a message, because they could move the cursor', async () => {
    service.instead = (request) => {
      if (!request.url?.startsWith('/tasks/evil')) return undefined;
      const task = finalView({ ...SHARED, task_id: 'evil' }, 'failed');
      return { status: 200, body: { ...task, error: { code: 'X', message: 'a\u001b[2Jb\u202ec' } } };
    };
    const { out } = await run(['show', 'evil'], { url: service.url });
    service.instead = () => undefined;
    expect(out).toContain('X: a [2Jb c');
  });
});

it('advice that is the whole task’s is said once', () => {
  const task = finalView(SHARED, 'partially_succeeded');
  const help = 'Use SWA or NORMAL.';
  const lines = describeEnd({ kind: 'final', task: { ...task, help } as FinalTask }, (_, text) => text);
  expect(lines.match(/Use SWA or NORMAL/g)).toHaveLength(1);
});

it('a file of more than a megabyte is packed before it is sent', async () => {
  const file = path.join(folder, 'large.json');
  await writeFile(file, JSON.stringify({ description: 'x'.repeat(2_000_000) }));
  expect(await run(['import', file, '--no-wait'], { url: service.url })).toMatchObject({ code: 0 });
  expect(service.body.length).toBeLessThan(100_000);
});

describe('in GitHub Actions', () => {
  it('each refused API is an annotation, and the job summary gets a table', async () => {
    const summary = path.join(folder, 'summary.md');
    const { err, file } = await importPartly([], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    const annotations = err.split('\n').filter((line) => line.startsWith('::'));
    const place = file.replaceAll(':', '%3A').replaceAll(',', '%2C');
    expect(annotations).toEqual([
      `::error file=${place},title=Refused by Huawei Cloud%3A POST /pets::APIG.2012: Invalid value, parameterName:match_mode%0AUse SWA or NORMAL.`,
      `::error file=${place},title=Refused by Huawei Cloud%3A GET /100%25%2C%3A|x::APIG.3202: API already exists`,
    ]);
    const table = readFileSync(summary, 'utf8');
    expect(table).toContain(
      '| started-1 | orders | partially succeeded |'.replace('started-1', `started-${service.starts.size}`),
    );
    expect(table).toContain('| GET /100%,:\\|x | APIG.3202: API already exists |  |');
  });

  it('a summary that cannot be written changes nothing of the exit code', async () => {
    const { code, err } = await importPartly([], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: folder });
    expect(code).toBe(3);
    expect(err).toContain('The job summary cannot be written: EISDIR.');
  });

  it('a partial success that is allowed warns', async () => {
    const { err, code } = await importPartly(['--allow-partial'], { GITHUB_ACTIONS: 'true' });
    expect(code).toBe(0);
    expect(err).toContain('::warning ');
    expect(err).not.toContain('::error');
  });

  it.each(['failed', 'expired', 'never', 'forgotten'] as const)(
    'a task that ends as %s is an annotation',
    async (end) => {
      service.tasks.set('a', { end, afterAnswers: 0 });
      const { err } = await run(['watch', 'a', '--timeout', '0.2s'], {
        url: service.url,
        env: { GITHUB_ACTIONS: 'true' },
      });
      expect(err.match(/^::error title=/gm)).toHaveLength(1);
    },
  );
});

it('--junit writes a test case for each API, and XML whatever Huawei says', async () => {
  const file = path.join(folder, 'report.xml');
  await importPartly(['--junit', file]);
  const xml = readFileSync(file, 'utf8');
  expect(xml).toContain('<testsuite name="orders" tests="5" failures="3">');
  expect(xml).toContain('<testcase name="GET /pets"/>');
  expect(junitXml([{ kind: 'unreachable', taskId: 'a', reason: 'a\u001b[2J\ud800<&' }])).toContain(
    'message="a [2J\ufffd&lt;&amp;"',
  );
  expect(xml).toContain(
    '<failure type="APIG.2012" message="APIG.2012: Invalid value, parameterName:match_mode Use SWA or NORMAL."/>',
  );
});

it('--junit into a file that cannot be written is refused before anything starts', async () => {
  const before = service.starts.size;
  const { code, err } = await importPartly(['--junit', path.join(folder, 'nowhere', 'report.xml')]);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('cannot be written: ENOENT') });
  expect(service.starts.size).toBe(before);
});

describe('the table at a terminal', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const row = fc.record({ label: text, isFinal: fc.boolean(), usualMs: fc.option(fc.nat(1e7), { nil: undefined }) });

  it('is never wider or longer than the terminal, whatever the labels', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 5, max: 50 }),
        (drawn, columns, rows) => {
          const shared = { task_id: 'ac6ee5e0ba6f4e0f8e1a1d2c3b4a5968', registered_at: '2026-11-26T12:00:00Z' };
          const table = drawn.map(({ label, isFinal, usualMs }) => ({
            usualMs,
            task: isFinal
              ? {
                  ...shared,
                  label,
                  state: 'final' as const,
                  outcome: 'partially_succeeded' as const,
                  completed_at: shared.registered_at,
                  summary: {},
                }
              : {
                  ...shared,
                  label,
                  state: 'pending' as const,
                  status: 'processing',
                  next_poll_at: shared.registered_at,
                },
          }));
          const lines = renderTable(table, {
            columns,
            rows,
            nowMs: Date.parse('2026-11-26T12:01:00Z'),
            paint: (_, line) => line,
          });
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
          expect(lines.length).toBeLessThan(rows);
        },
      ),
    );
  });

  it('counts wide characters as two columns, and marks and joined emoji as none', () => {
    expect(widthOf('订单 e\u0301 👩‍👩‍👧')).toBe(4 + 1 + 1 + 1 + 2);
    expect(shorten('订单导入', 5)).toBe('订单…');
    expect(shorten('orders', 6)).toBe('orders');
  });

  it('has colours only without NO_COLOR', async () => {
    service.tasks.set('a', { end: 'succeeded', afterAnswers: 1 });
    const options = { url: service.url, columns: 80 };
    const plain = await run(['watch', 'a'], { ...options, env: { NO_COLOR: '1' } });
    service.tasks.set('a', { end: 'succeeded', afterAnswers: 1 });
    const coloured = await run(['watch', 'a'], options);
    expect(plain.err).not.toContain('\u001b[2m');
    expect(coloured.err).toContain('\u001b[2m');
  });
});

it('the table says how long the last successes with the label took', async () => {
  for (const id of ['s1', 's2', 's3']) service.tasks.set(id, { end: 'succeeded', afterAnswers: -1, label: 'orders' });
  service.tasks.set('a', { end: 'never', afterAnswers: 0, label: 'orders' });
  const { err } = await run(['watch', 'a', '--timeout', '1.5s'], { url: service.url, columns: 100 });
  service.tasks.clear();
  expect(err).toMatch(/next poll {2}usually/);
  expect(err).toMatch(/orders +processing .* 1 min 5 s\n/);
});

it('elsewhere a line says that the wait goes on when nothing changes', async () => {
  service.tasks.set('a', { end: 'never', afterAnswers: 0 });
  const { err } = await run(['watch', 'a', '--timeout', '0.9s'], { url: service.url, patience: { quietMs: 300 } });
  expect(err).toMatch(/^a: processing\n(?:waiting for 1 of 1 tasks since \d s\n){1,3}$/);
});

it('elsewhere there is a line per change, and none without one', async () => {
  service.tasks.set('a', { end: 'succeeded', afterAnswers: 30 });
  const { err } = await run(['watch', 'a'], { url: service.url });
  expect(err).toBe('a: processing\na: ✔ succeeded\n');
});
