import { fileURLToPath } from 'node:url';
import type { Bundles } from './backing.ts';

/** The functions as the package brings them: `dist/functions`, beside `dist/cdk` in which this file's bundle is. */
export function packagedBundles(): Bundles {
  const folder = (name: keyof Bundles) => fileURLToPath(new URL(`../functions/${name}`, import.meta.url));
  return {
    'tasks-api': folder('tasks-api'),
    'poll-tasks': folder('poll-tasks'),
    'notify-channels': folder('notify-channels'),
    'deliver-webhook': folder('deliver-webhook'),
    'start-tasks': folder('start-tasks'),
  };
}
