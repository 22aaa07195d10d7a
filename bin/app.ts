import { App } from 'aws-cdk-lib';
import { bundleFunctions, bundlePaths } from '../lib/bundle-functions.ts';
import { NotifierStack } from '../lib/notifier-stack.ts';
import { readSettings } from '../lib/settings.ts';
import { SettingsError } from '../lib/settings-problems.ts';

/** `cdk deploy -c settings=other.json` takes another settings file. */
const app = new App();
const file: string | undefined = app.node.tryGetContext('settings');
const settings = readOrGiveUp();
const bundles = await bundleFunctions({ outdir: 'dist/functions' });

new NotifierStack(app, {
  settings,
  bundles: bundlePaths(bundles),
});

/** What is wrong with the settings is the reader's to change: the messages without a stack. */
function readOrGiveUp() {
  try {
    return readSettings(file ?? 'settings.json', { required: file !== undefined });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exit(1);
  }
}
