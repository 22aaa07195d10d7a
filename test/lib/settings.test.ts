import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { validateProfiles } from '../../functions/huawei/profiles.ts';
import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { parseSettings, RETENTION_DAYS, readSettings, settingsSchema } from '../../lib/settings.ts';
import { SettingsError } from '../../lib/settings-problems.ts';
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
      channels: false,
      dataRemoval: 'retain',
      api: { corsOrigins: [], requestsPerSecond: 10, defaultEndpoint: true },
      alarms: { pollerSilentMinutes: 10 },
    });
  });

  it('keep what was set inside a group and default the rest of it', () => {
    expect(parseSettings({ api: { burst: 7 } }).api).toEqual({
      ...{ corsOrigins: [], defaultEndpoint: true, requestsPerSecond: 10, burst: 7 },
    });
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
    for (const path of ['shards:', 'alertEmails.0:', 'api.burst:', 'logRetentionDays:', 'colour:']) {
      expect(text).toContain(path);
    }
  });

  it('take plain http endpoints on a loopback address only', () => {
    const endpoints = { apig: 'http://127.0.0.1:8080', iam: 'http://[::1]:8081' };
    expect(parseSettings({ endpoints }).endpoints).toEqual(endpoints);
    const rule = 'must be https://host[:port] without a path';
    expect(thrownBy({ endpoints: { apig: 'http://apig.example.com' } })).toContain(`endpoints.apig: ${rule}`);
    expect(thrownBy({ endpoints: { iam: 'http://127.0.0.1.example.com' } })).toContain(`endpoints.iam: ${rule}`);
  });

  it.each([
    ...[
      'https://apig.example.com',
      'https://apig.example.com/',
      'https://apig.example.com:8443',
      'http://localhost:80',
    ],
    ...[
      'HTTPS://APIG.example.com',
      'http://127.9.9.9',
      'http://[::1]:8081/',
      'https://127.0.0.1',
      'https://a.example.com?',
    ],
    ...['https://apig.example.com/v2', 'https://user:secret@apig.example.com', 'https://user@apig.example.com'],
    ...['https://apig.example.com?a=b', 'https://apig.example.com/#top', 'http://apig.example.com', 'ftp://127.0.0.1'],
    ...['http://127.0.0.1.example.com', 'http://0.0.0.0', 'apig.example.com', 'https://', 'https://a b'],
  ])('take %j as an endpoint exactly where the poller does', (url) => {
    const profile = { project_id: 'p', instance_id: 'i', region: 'eu-west-101', ak: 'a', sk: 's' };
    const accepts = (check: () => unknown) => {
      try {
        return check() !== undefined;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return false;
      }
    };
    for (const name of ['apig', 'iam']) {
      const isTaken = accepts(() => validateProfiles({ profiles: { default: profile } }, { [name]: url }));
      expect(accepts(() => parseSettings({ endpoints: { [name]: url } }))).toBe(isTaken);
    }
  });

  it('take a public URL with a path, and none with what a link or a template must not have', () => {
    const publicUrl = 'https://example.com/apig';
    expect(parseSettings({ api: { publicUrl } }).api.publicUrl).toBe(publicUrl);
    for (const wrong of ['https://me:secret@example.com', 'https://example.com?a=b', 'https://example.com/#tasks'])
      expect(thrownBy({ api: { publicUrl: wrong } })).toContain('api.publicUrl: must be a URL without user info');
  });

  it.each([
    [{ alertEmails: 'you@example.com' }, 'alertEmails: must be a list of e-mail addresses, like ["you@example.com"]'],
    [{ alertEmails: ['you'] }, 'alertEmails.0: is not an e-mail address, like "you@example.com"'],
    [{ alarms: { pollerErrors: 11 }, shards: 2 }, 'alarms.pollerErrors: must be at most 10: with shards 2,'],
    [{ alertEmails: ['you@example.com', 'You@Example.com'] }, 'alertEmails.1: is already in the list, as number 1'],
    [{ operatorEmails: ['a@b.io', 'c@b.io', 'c@b.io'] }, 'operatorEmails.2: is already in the list, as number 2'],
    [{ channels: 'yes' }, 'channels: must be true or false'],
    [{ shards: 1.5 }, 'shards: must be a whole number from 1 to 100'],
    [{ logRetentionDays: 8 }, 'logRetentionDays: must be one of 1, 3, 5, 7, 14, 30, '],
    [{ dataRemoval: 'keep' }, 'dataRemoval: must be "retain" or "destroy"'],
    [
      { stackName: 'my_stack' },
      'stackName: must start with a letter, and have at most 64 letters (A to Z, a to z), digits',
    ],
    [{ api: [] }, 'api: must be an object, like {}'],
    [{ api: { publicUrl: 'tasks.example.com' } }, 'api.publicUrl: must be a URL without user info, query and fragment'],
    [{ endpoints: { apig: 'apig.example.com' } }, 'endpoints.apig: must be https://host[:port] without a path'],
    [{ api: { defaultEndpoint: false } }, 'api.defaultEndpoint: must be true without api.publicUrl'],
    [{ workerConcurrency: 1 }, 'workerConcurrency: must be'],
    [{ tags: { 'aws:team': 'a' } }, 'tags.aws:team: must not start with "aws:"'],
    [{ tags: { team: 1 } }, 'tags.team: must be a string'],
    [{ tags: 'team' }, 'tags: must be an object of strings, like {"team": "platform"}'],
    [[], 'the whole file: must be an object, like {}'],
  ])('say what to write instead of %j', (input, line) => {
    expect(thrownBy(input)).toContain(`\n- ${line}`);
    expect(thrownBy(input)).not.toMatch(/Invalid|expected|pattern/);
    expect(thrownBy(input)).toContain(' 1 problem(s)');
  });

  it.each([
    [{ alertEmail: ['a@example.com'] }, 'alertEmail: is not a setting; did you mean alertEmails?'],
    [{ corsOrigins: [] }, 'corsOrigins: is not a setting; did you mean api.corsOrigins?'],
    [{ alarms: { pollerError: 1 } }, 'alarms.pollerError: is not a setting; did you mean alarms.pollerErrors?'],
    [{ Channels: true }, 'Channels: is not a setting; did you mean channels?'],
    [{ colour: 1 }, 'colour: is not a setting; docs/settings.md has the list'],
  ])('name the setting that %j may mean', (input, line) => {
    expect(thrownBy(input)).toContain(`\n- ${line}`);
  });

  it.each(['example.com', 'https://example.com/', 'https://example.com/page', 'ftp://example.com', ''])(
    'refuse %j as an origin for CORS',
    (origin) => {
      expect(thrownBy({ api: { corsOrigins: [origin] } })).toContain('api.corsOrigins.0: must be an origin');
    },
  );

  it('take origins with a port, on this machine, and any', () => {
    const corsOrigins = ['https://example.com', 'https://example.com:8443', 'http://localhost:5173', '*', 'https://*'];
    expect(parseSettings({ api: { corsOrigins } }).api.corsOrigins).toEqual(corsOrigins);
  });

  it('take every number of days that CloudWatch Logs knows', () => {
    const days = Object.values(RetentionDays).filter((value) => typeof value === 'number');
    expect(RETENTION_DAYS).toEqual(days.filter((value) => value !== RetentionDays.INFINITE).sort((a, b) => a - b));
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
    expect(() => readSettings(absent, { required: true })).toThrow(SettingsError);
    expect(() => readSettings(absent, { required: true })).toThrow(/^the settings file .*absent\.json does not exist$/);
  });

  it('is named when it is not JSON', () => {
    expect(() => readSettings(write('broken.json', '{'), { required: true })).toThrow(/broken\.json is not JSON/);
  });

  it('of the repository is accepted', () => {
    expect(readSettings('settings.json', { required: true }).shards).toBe(1);
  });
});

describe('cdk synth', () => {
  it('prints what is wrong with the settings and nothing else', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'wrong.json');
    writeFileSync(file, '{"shard": 2}');
    const app = spawnSync(process.execPath, ['bin/app.ts'], {
      encoding: 'utf8',
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ settings: file }) },
    });
    expect(app.status).toBe(1);
    expect(app.stderr.trim()).toBe(`${file} has 1 problem(s):\n- shard: is not a setting; did you mean shards?`);
  });
});

describe('the settings documentation', () => {
  it('says something about every field', () => {
    const rows = describeSettings(settingsSchema);
    expect(rows.length).toBeGreaterThan(25);
    for (const row of rows) expect(row.description, row.path).toMatch(/\w{3}/);
  });

  it('names the interval that the poller uses by default', () => {
    const row = describeSettings(settingsSchema).find(({ path }) => path === 'pollMinIntervalMs');
    expect(row?.description).toMatch(new RegExp(`Default: ${DEFAULT_SCHEDULE.minIntervalMs}\\.$`));
  });
});
