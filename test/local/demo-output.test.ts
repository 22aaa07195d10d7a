import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderSlackMessage } from '../../functions/channels/slack/channel.ts';
import { makeEvent, PARTIAL, PUBLIC_URL } from '../../generate/sample-events.ts';
import { runDemo } from '../../local/demo/run-demo.ts';
import { slackAsText } from '../../local/demo/slack-as-text.ts';

async function demo(asJson: boolean): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-demo-'));
  let output = '';
  const terminal = { write: (text: string) => (output += text), colours: false };
  expect(await runDemo({ dataDir, terminal, isTty: false, asJson })).toEqual([]);
  await rm(dataDir, { recursive: true, force: true });
  return output;
}

/** Tasks in digests and in alerts of their own: a sweep may come between two registrations, and then tells of some only. */
function countTold(alerts: string): number {
  const inDigests = [...alerts.matchAll(/(\d+) tasks ended:/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return inDigests + [...alerts.matchAll(/^ {2}Label: nightly$/gm)].length;
}

describe('npm run demo', () => {
  // Both at once, because a demo mostly waits for its tasks.
  const demos = { asText: '', asJson: '' };
  beforeAll(async () => {
    const [asText, asJson] = await Promise.all([demo(false), demo(true)]);
    Object.assign(demos, { asText, asJson });
  }, 60_000);

  it('prints alerts in one piece, messages for machines after them, then the table and what to do next', () => {
    const output = demos.asText;
    expect(output).toContain('POST /exports started and watch: import-clean, import-partly, export-json\n');
    expect(output).toContain('watches what others started: import-broken, export-yaml\n');
    const parts = output.split('───');
    expect(output.indexOf('messages for people')).toBeGreaterThan(output.indexOf('import-broken: failed'));
    const people = output.slice(output.indexOf('messages for people'), output.indexOf('messages for machines'));
    for (const label of ['import-clean', 'import-partly', 'import-broken', 'export-json', 'export-yaml'])
      expect(people).toContain(`\n  Label: ${label}\n`);
    expect(countTold(people.slice(people.indexOf('8 tasks that finish together')))).toBe(8);
    expect(people).toMatch(/One of \d+ messages sent to Slack:\n\n {2}\S+ (APIG|\d+ APIG)/);
    expect(output).toContain('One of 5 signed CloudEvents sent to the webhook');
    expect(output).toMatch(/\n {2}type {4}apig\.task\.partially_succeeded\n/);
    expect(parts.at(-1)).toMatch(/export-yaml +export_api +succeeded .*\n\nTry it yourself: npm start/);
    expect(output).not.toContain('"blocks"');
  });

  it('prints messages as JSON where it is asked to', () => {
    expect(demos.asJson).toMatch(/\n {2}"blocks": \[/);
    expect(demos.asJson).toMatch(/\n {2}"specversion": "1.0"/);
  });
});

it('a Slack message reads as text without its marks', () => {
  const text = slackAsText(renderSlackMessage(makeEvent(PARTIAL), '<!here>'));
  expect(text).toContain('Gateway: e6a5871bfb5b47d19c5874790f639ef8');
  expect(text).toContain('\n@here\n');
  expect(text).toContain(
    '• GET /orders APIG.2012: Invalid parameter value,parameterName:match_mode. Expected <SWA> & <NORMAL>',
  );
  expect(text).toContain('• DELETE /orders/*/items_archive');
  expect(text).toContain(`[Open the result] ${PUBLIC_URL}/tasks/`);
  expect(text).toContain('Ended: within 47 s of its registration, seen 2026-11-24 14:02 UTC');
  expect(text).not.toMatch(/[`]|&lt;|<!/);
});
