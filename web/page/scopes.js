import { callJson } from './api.js';
import { readKey } from './key.js';

let scopes;

/** Whether the key may do this. Before the service has answered, yes: it refuses by itself what a key may not do. */
export const may = (scope) => scopes === undefined || scopes.includes(scope);

/** Asks what the key may do; then calls `react` with its name, if it has one. */
export async function readScopes(react) {
  const key = readKey();
  scopes = undefined;
  react('');
  const caller = await callJson('whoami').catch(() => ({}));
  // Another key may have been put in meanwhile.
  if (key !== readKey()) return;
  scopes = caller.scopes;
  react(caller.name ?? '');
}
