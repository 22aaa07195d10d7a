import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCOUNT, CREDENTIALS, REGION } from './aws.ts';
import type { Emulator } from './emulator/emulator.ts';
import { createPackedApp } from './packed-app.ts';
import { runProgram } from './run-program.ts';

export const STACK_NAME = 'NotifierE2e';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');

/** The stack's outputs by name. */
export type Outputs = Record<string, string>;

export type Cdk = {
  bootstrap(): Promise<void>;
  /** Packs the package and installs it in an app. */
  pack(): Promise<void>;
  /** Deploys that app with these settings. */
  deploy(settings: Record<string, unknown>): Promise<Outputs>;
  /** Deploys the CDK app in another folder with these settings. */
  deployFrom(folder: string, settings: Record<string, unknown>): Promise<Outputs>;
  destroy(): Promise<void>;
  /** Ends what is running; resolves when nothing of it is left. */
  stop(): Promise<void>;
};

/** The project's own CDK CLI against the emulator; it sees nothing of the user's AWS configuration. */
export function createCdk(emulator: Emulator, { folder, path }: { folder: string; path: string }): Cdk {
  const env = environment(emulator, { folder, path });
  const settingsFile = join(folder, 'settings.json');
  const outputsFile = join(folder, 'outputs.json');
  const appFolder = join(folder, 'app');
  const app = ['--context', `settings=${settingsFile}`, '--output', join(folder, 'cdk.out')];
  const abort = new AbortController();
  let running = Promise.resolve();
  const run = (cwd: string, args: string[]) => {
    running = runProgram({ args: [CLI, ...args, '--no-notices'], cwd, env, signal: abort.signal });
    return running;
  };
  const deployFrom: Cdk['deployFrom'] = async (from, settings) => {
    await writeFile(settingsFile, JSON.stringify({ stackName: STACK_NAME, ...settings }));
    await run(from, ['deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...app]);
    const outputs: Record<string, Outputs> = JSON.parse(await readFile(outputsFile, 'utf8'));
    return outputs[STACK_NAME] ?? {};
  };
  return {
    async bootstrap() {
      await run(folder, ['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
    },
    async pack() {
      await createPackedApp(ROOT, appFolder, env);
    },
    deploy: (settings) => deployFrom(appFolder, settings),
    deployFrom,
    async destroy() {
      await run(appFolder, ['destroy', '--force', '--app', join(folder, 'cdk.out')]);
    },
    async stop() {
      abort.abort();
      await running.catch(() => {});
    },
  };
}

/** What a program needs that speaks to the emulator and must see nothing of the user's AWS configuration. */
export function environment(emulator: Emulator, { folder, path }: { folder: string; path: string }) {
  return {
    PATH: path,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    CI: 'true',
    AWS_ENDPOINT_URL: emulator.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CA_BUNDLE: emulator.certificate,
  };
}
