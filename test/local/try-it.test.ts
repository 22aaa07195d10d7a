import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLocalConfig } from '../../local/local-config.ts';
import { startWithSimulatorText, tryItText } from '../../local/try-it.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { getJson, startServiceProcess } from './service-process.ts';

const hasCurl = await promisify(execFile)('curl', ['--version']).then(
  () => true,
  () => false,
);
const indented = (text: string) => text.split('\n').filter((line) => line.startsWith('  '));

describe('the lines to try it with', () => {
  it('read the key where it lies, however its folder is called, and print none that was given', () => {
    const urls = { simulatorUrl: 'http://127.0.0.1:1', serviceUrl: 'http://127.0.0.1:2' };
    expect(tryItText({ ...urls, dataDir: '/a/b' })).toContain('Bearer $(cat /a/b/api-key)"');
    expect(tryItText({ ...urls, dataDir: "/it's me" })).toContain(`$(cat '/it'\\''s me/api-key')`);
    expect(tryItText({ ...urls, dataDir: undefined })).toContain('Bearer $API_KEY"');
  });

  it.skipIf(!hasCurl)('work when they are pasted', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'apig try-'));
    const simulator = await startSimulator();
    const environment = { API_KEYS: '', HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' };
    const service = await startServiceProcess({ simulator, dataDir, environment });
    onTestFinished(async () => {
      await service.kill();
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    });
    await expect.poll(service.output).toContain('docs/simulator.md');
    const lines = indented(service.output()).filter((line) => /TASK_ID/.test(line));
    expect(lines).toHaveLength(3);
    const { stdout } = await promisify(execFile)('sh', ['-c', lines.join('\n')]);
    expect(stdout).toMatch(/"task_id":"(try-\d+)"\}.*"task_id":"\1".*"state":"pending"/s);
    await expect(getJson(service.url, '/health')).resolves.toEqual({ status: 'ok' });
  });
});

it.each(['http://127.0.0.1:8080', 'http://0.0.0.0:8080', 'http://[::]:8080'])(
  'the command that a simulator at %s prints makes a profile that signs in to it',
  (listening) => {
    const url = 'http://127.0.0.1:8080';
    const words = indented(startWithSimulatorText(listening)).map((line) => line.trim().replace(/ \\$/, ''));
    expect(words.at(-1)).toBe('npm start');
    const environment = Object.fromEntries(words.slice(0, -1).map((word) => word.split('=')));
    const { iam_endpoint: _, ...profile } = defaultProfile(url);
    expect(readLocalConfig(environment).profiles).toEqual({ default: profile });
  },
);
