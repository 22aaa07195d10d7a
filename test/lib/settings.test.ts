import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseSettings, readSettings, settingsSchema } from '../../lib/settings.ts';
import { describeSettings } from '../../lib/settings-table.ts';

const thrownBy = (input: unknown): string => {
  try {
    parseSettings(input, 'settings.json');
  } catch (error) {
    return String(error);
  }
  throw new Error('was accepted');
};

describe('settings', () => {
  it('have a default for every field', () => {
    expect(parseSettings({})).toMatchObject({
      stackName: 'ApigTaskNotifier',
      shards: 1,
      slack: false,
      dataRemoval: 'retain',
      api: { corsOrigins: [], requestsPerSecond: 50 },
      alarms: { pollerSilentMinutes: 10 },
    });
  });

  it('keep what was set inside a group and default the rest of it', () => {
    expect(parseSettings({ api: { burst: 7 } }).api).toEqual({ corsOrigins: [], requestsPerSecond: 50, burst: 7 });
  });

  it('are refused with every problem at once, each by its path', () => {
    const text = thrownBy({
      shards: 0,
      alertEmails: ['nobody'],
      api: { burst: 'many' },
      logRetentionDays: 8,
      colour: 1,
    });
    expect(text).toContain('settings.json has 5 problem(s)');
    for (const path of ['shards:', 'alertEmails.0:', 'api.burst:', 'logRetentionDays:', '"colour"']) {
      expect(text).toContain(path);
    }
  });

  it('take plain http endpoints on a loopback address only', () => {
    const endpoints = { apig: 'http://127.0.0.1:8080', iam: 'http://[::1]:8081' };
    expect(parseSettings({ endpoints }).endpoints).toEqual(endpoints);
    expect(thrownBy({ endpoints: { apig: 'http://apig.example.com' } })).toContain('endpoints.apig: plain http');
    expect(thrownBy({ endpoints: { iam: 'http://127.0.0.1.example.com' } })).toContain('endpoints.iam: plain http');
  });

  it.each(['-stack', '1stack', 'my stack', 'a'.repeat(65)])('refuse %s as a stack name', (stackName) => {
    expect(thrownBy({ stackName })).toContain('stackName:');
  });
});

describe('the settings file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('may be empty', () => {
    expect(readSettings(write('empty.json', ''), { required: true })).toEqual(parseSettings({}));
  });

  it('may be absent when nobody named it', () => {
    const absent = join(folder, 'absent.json');
    expect(readSettings(absent, { required: false })).toEqual(parseSettings({}));
    expect(() => readSettings(absent, { required: true })).toThrow('absent.json');
  });

  it('is named when it is not JSON', () => {
    expect(() => readSettings(write('broken.json', '{'), { required: true })).toThrow(/broken\.json is not JSON/);
  });

  it('of the repository is accepted', () => {
    expect(readSettings('settings.json', { required: true }).shards).toBe(1);
  });
});

describe('the settings documentation', () => {
  it('says something about every field', () => {
    const rows = describeSettings(settingsSchema);
    expect(rows.length).toBeGreaterThan(25);
    for (const row of rows) expect(row.description, row.path).toMatch(/\w{3}/);
  });

  it('is the JSON schema that editors read beside settings.json', async () => {
    const schema = z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../settings.schema.json');
  });

  it('is the table of docs/settings.md', async () => {
    const lines = describeSettings(settingsSchema).map(
      ({ path, type, fallback, description }) => `| \`${path}\` | ${type} | ${fallback} | ${description} |`,
    );
    const [before] = readFileSync('docs/settings.md', 'utf8').split(/^\| setting/m);
    const table = ['| setting | type | default | |', '|---|---|---|---|', ...lines].join('\n');
    await expect(`${before}${table}\n`).toMatchFileSnapshot('../../docs/settings.md');
  });
});
