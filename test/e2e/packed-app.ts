import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const APP = `import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { ApigTaskNotifier } from 'apig-task-notifier/cdk';

const app = new App();
const settings = JSON.parse(readFileSync(app.node.tryGetContext('settings'), 'utf8'));
const stack = new Stack(app, settings.stackName);
new ApigTaskNotifier(stack, 'Default', settings);
`;

/**
 * Makes a CDK app of ten lines in an empty folder, with the packed construct in it, as somebody has it who installs the
 * package. test/package compares its template with that of `npm run synth`.
 */
export async function createPackedApp(root: string, folder: string, env: Record<string, string>): Promise<void> {
  await mkdir(folder);
  const npm = (cwd: string, ...args: string[]) => promisify(execFile)('npm', args, { cwd, env });
  const { stdout } = await npm(root, 'pack', '--silent', '--pack-destination', folder);
  await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
  await npm(folder, 'install', '--offline', '--no-audit', `./${stdout.trim().split('\n').at(-1)}`);
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    await symlink(join(root, 'node_modules', peer), join(folder, 'node_modules', peer));
  }
  await writeFile(join(folder, 'app.js'), APP);
  const { context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8'));
  await writeFile(join(folder, 'cdk.json'), JSON.stringify({ app: 'node app.js', context }));
}
