import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderSlackMessage } from '../../functions/channels/slack/message.ts';
import { runDemo } from '../../local/demo/run-demo.ts';
import { slackAsText } from '../../local/demo/slack-as-text.ts';
import { makeEvent, PARTIAL, PUBLIC_URL } from '../../samples/events.ts';

async function demo(asJson: boolean): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-demo-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  let output = '';
  const terminal = { write: (text: string) => (output += text), colours: false };
  expect(await runDemo({ dataDir, terminal, isTty: false, asJson })).toEqual([]);
  return output;
}

describe('npm run demo', () => {
  it('prints alerts in one piece, what machines get after them, then the table and what to do next', async () => {
    const output = await demo(false);
    const parts = output.split('───');
    expect(output.indexOf('what people get')).toBeGreaterThan(output.indexOf('import-broken: failed'));
    const people = output.slice(output.indexOf('what people get'), output.indexOf('what machines get'));
    for (const label of ['import-clean', 'import-partly', 'import-broken', 'export-json', 'export-yaml'])
      expect(people).toContain(`\n  Label: ${label}\n`);
    expect(people).toContain('8 tasks ended: 1 failed, 7 succeeded');
    expect(people).toMatch(/One of \d+ messages that Slack was sent:\n\n {2}\S+ (APIG|\d+ APIG)/);
    expect(output).toContain('One of 5 CloudEvents that were posted to the webhook');
    expect(output).toMatch(/\n {2}type {4}apig\.task\.partially_succeeded\n/);
    expect(parts.at(-1)).toMatch(/export-yaml +export_api +succeeded .*\n\nTry it yourself: npm start/);
    expect(output).not.toContain('"blocks"');
  }, 40_000);

  it('prints messages as JSON where it is asked to', async () => {
    const output = await demo(true);
    expect(output).toMatch(/\n {2}"blocks": \[/);
    expect(output).toMatch(/\n {2}"specversion": "1.0"/);
  }, 40_000);
});

it('a Slack message reads as text without its marks', () => {
  const text = slackAsText(renderSlackMessage(makeEvent(PARTIAL), '<!here>'));
  expect(text).toContain('Gateway: e6a5871bfb5b47d19c5874790f639ef8');
  expect(text).toContain('\n@here\n');
  expect(text).toContain('• GET /orders APIG.3202: An API with the same path and method <GET> & match mode exists');
  expect(text).toContain('• DELETE /orders/*/items_archive');
  expect(text).toContain(`[Open the result] ${PUBLIC_URL}/tasks/`);
  expect(text).toContain('Ended: 2026-11-24T14:02:31.000Z');
  expect(text).not.toMatch(/[`]|&lt;|<!/);
});
