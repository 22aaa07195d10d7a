import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILED, makeBatch, makeEvent } from '../../generate/sample-events.ts';

const run = promisify(execFile);
const COMMAND = new URL('../../bin/route.ts', import.meta.url).pathname;
const SECRET = 'https://hooks.slack.com/services/T0/B0/secret';
const RULES = {
  channels: { ops: SECRET, payments: SECRET, quiet: SECRET },
  rules: [
    { when: { label: 'billing-*', outcome: ['failed'] }, channels: ['payments'], mention: '<!here>' },
    { when: { label: 'carts-*' }, channels: [] },
  ],
  default: ['ops'],
};

const KINDS = {
  channels: {
    slack: SECRET,
    teams: { type: 'teams', url: 'https://flow.example.com/secret' },
    pager: { type: 'pagerduty', routing_key: 'a'.repeat(32) },
  },
  rules: [{ when: { label: 'billing-*' }, channels: ['slack', 'teams', 'pager'] }],
  default: [],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'route-'));
  await Promise.all([
    save('rules.json', RULES),
    save('kinds.json', KINDS),
    save('bad-rules.json', { channels: { ops: 'http://secret.example' }, default: ['ops'] }),
    save('event.json', makeEvent(FAILED)),
    save('batch.json', makeBatch()),
    save('strange.json', { id: 1 }),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

const save = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
const route = (...args: string[]) => run(process.execPath, [COMMAND, ...args], { cwd: folder });

describe('npm run route', () => {
  it('says where an event would go and why, and renders it', async () => {
    const { stdout } = await route('event.json', '--rules', 'rules.json');
    expect(stdout).toContain('-> payments: rule 1 (outcome failed, label billing-*); mentions <!here>');
    expect(stdout).toContain('payments (slack) gets 1 message(s):');
    expect(stdout).toContain('"text": "APIG import failed – billing-prod"');
    expect(stdout).not.toContain('secret');
  });

  it('renders the event for each kind of channel and for e-mail', async () => {
    const { stdout } = await route('event.json', '--rules', 'kinds.json');
    expect(stdout).toContain('-> pager: rule 1 (label billing-*)');
    expect(stdout).toContain('slack (slack) gets 1 message(s):');
    expect(stdout).toContain('teams (teams) gets 1 message(s):');
    expect(stdout).toContain('"contentType": "application/vnd.microsoft.card.adaptive"');
    expect(stdout).toContain('pager (pagerduty) gets 1 message(s):');
    expect(stdout).toContain('"event_action": "trigger"');
    expect(stdout).toContain('e-mail gets 1 message(s):\nSubject: APIG import failed');
    expect(stdout).toContain('https://adaptivecards.io/designer');
    expect(stdout).not.toMatch(/secret|a{32}/);
  });

  it('renders a batch as the digest that each channel would get', async () => {
    const { stdout } = await route('batch.json', '--rules', 'rules.json');
    expect(stdout).toContain('-> nowhere: the matching rules name no channel');
    expect(stdout).toContain('-> ops: the default: no rule matches');
    expect(stdout).toContain('"text": "⚠️ 6 APIG tasks ended: 1 partially succeeded, 1 expired, 4 succeeded"');
  });

  it('sends everything to one channel without rules', async () => {
    expect((await route('event.json')).stdout).toContain('-> default: the default: no rule matches');
  });

  it('shows a replay that names a channel', async () => {
    const { stdout } = await route('event.json', '--rules', 'rules.json', '--channel', 'quiet');
    expect(stdout).toContain('-> quiet: it was requested by name');
  });

  it.each([
    [['event.json', '--rules', 'bad-rules.json'], 'channels.ops.url: must be an https URL'],
    [['event.json', '--channel', 'nobody'], 'There is no channel "nobody" among default.'],
    [['strange.json'], 'Event 1 is not valid: not a task event: specversion, id,'],
    [['absent.json'], 'absent.json cannot be read.'],
    [[], 'usage: npm run route'],
    [['event.json', '--rulez'], 'usage: npm run route'],
  ])('refuses %j with a reason', async (args, reason) => {
    const failure = await route(...args).catch((error: { code: number; stderr: string }) => error);
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
    expect(failure.stderr).not.toContain('secret.example');
  });
});
