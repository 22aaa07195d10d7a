import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLocalConfig } from '../../local/local-config.ts';

const MAIL = { SMTP_URL: 'smtp://ops:pw-secret@mail', ALERT_EMAILS: 'ops@example.com' };

async function channelsFile(content: unknown): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'channels-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'channels.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('e-mail of npm start', () => {
  it('comes from ALERT_FROM, else from the user of SMTP_URL, else from nobody', () => {
    expect(readLocalConfig({ ...MAIL, ALERT_FROM: 'apig@example.com' }).sender).toBe('apig@example.com');
    const SMTP_URL = 'smtp://ops%40example.com:pw-secret@mail';
    expect(readLocalConfig({ ...MAIL, SMTP_URL }).sender).toBe('APIG task notifier <ops@example.com>');
    expect(readLocalConfig(MAIL).sender).toBeUndefined();
  });

  it('is about ALERT_OUTCOMES, by default about all', () => {
    const { alertOutcomes } = readLocalConfig({ ...MAIL, ALERT_OUTCOMES: 'failed, expired' });
    expect(alertOutcomes).toEqual(['failed', 'expired']);
    expect(readLocalConfig(MAIL).alertOutcomes).toBeUndefined();
  });

  it.each([
    [{ ALERT_FROM: 'nobody' }, 'ALERT_FROM: "nobody" is not an e-mail address'],
    [{ ALERT_OUTCOMES: 'failure' }, 'ALERT_OUTCOMES: "failure" is not an outcome; did you mean "failed"?'],
    [{ ALERT_OUTCOMES: 'x' }, 'ALERT_OUTCOMES: "x" is not an outcome; there are succeeded,'],
    [{ ALERT_FROM: 'smtp://ops:pw-secret@mail' }, 'ALERT_FROM: entry 1 is not an e-mail address'],
  ])('refuses %j', (environment, complaint) => {
    const read = () => readLocalConfig({ ...MAIL, ...environment });
    expect(read).toThrow(complaint);
    expect(read).not.toThrow('pw-secret');
  });
});

describe('CHANNELS_FILE', () => {
  const ops = 'https://hooks.slack.com/services/T0/B0/hook-secret';

  it('holds channels and rules as the secret in AWS', async () => {
    const channels = { ops, pager: { type: 'pagerduty', routing_key: 'a'.repeat(32) } };
    const rules = [{ when: { outcome: ['failed'] }, channels: ['pager'] }];
    const CHANNELS_FILE = await channelsFile({ channels, rules, default: ['ops'] });
    const routing = readLocalConfig({ CHANNELS_FILE }).channels;
    expect(routing).toMatchObject({ rules, default: ['ops'] });
    expect(routing?.channels.pager).toMatchObject({ type: 'pagerduty' });
  });

  it.each([
    [{ channels: { ops }, rule: [] }, 'CHANNELS_FILE: the secret: has no field "rule"; did you mean "rules"?'],
    [{ channels: { ops: 'http://example.com/hook-secret' } }, 'CHANNELS_FILE: channels.ops.url: must be an https URL'],
    ['{"channels": hook-secret', 'CHANNELS_FILE: '],
  ])('with %j is refused by its field, never with a value', async (content, complaint) => {
    const CHANNELS_FILE = await channelsFile(content);
    expect(() => readLocalConfig({ CHANNELS_FILE })).toThrow(complaint);
    expect(() => readLocalConfig({ CHANNELS_FILE })).not.toThrow('hook-secret');
  });

  it('has to be there, and is not set together with SLACK_WEBHOOK_URL', () => {
    expect(() => readLocalConfig({ CHANNELS_FILE: '/nowhere/at-all' })).toThrow('CHANNELS_FILE: cannot be read');
    const both = { CHANNELS_FILE: 'x', SLACK_WEBHOOK_URL: ops };
    expect(() => readLocalConfig(both)).toThrow('SLACK_WEBHOOK_URL and CHANNELS_FILE are both set');
  });
});
