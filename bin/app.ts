import { App } from 'aws-cdk-lib';
import { bundleFunctions, bundlePaths } from '../lib/bundle-functions.ts';
import { NotifierStack } from '../lib/notifier-stack.ts';
import { readSettings } from '../lib/settings.ts';

/** `cdk deploy -c settings=other.json` takes another settings file. */
const app = new App();
const file: string | undefined = app.node.tryGetContext('settings');
const settings = readSettings(file ?? 'settings.json', { required: file !== undefined });
const bundles = await bundleFunctions({ outdir: 'dist/functions' });

new NotifierStack(app, {
  settings,
  bundles: bundlePaths(bundles),
});
