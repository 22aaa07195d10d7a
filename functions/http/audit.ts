import type { Caller } from './api-keys.ts';

/** Who changed what. `key` is the name of the API key, never the key itself. */
export type Change = {
  key: string;
  action: 'register' | 'watch' | 'import' | 'export' | 'stop' | 'notify';
  task_id: string;
};

type Audit = { audit(change: Change): void };

/** Of keys without a name; no name can be this, because names have no parentheses. */
const UNNAMED = '(unnamed)';

/** Notes a change once it is made; requests that change nothing, such as repeats, are not noted. */
export function noteChange({ audit }: Audit, { name = UNNAMED }: Caller, change: Omit<Change, 'key'>): void {
  audit({ key: name, ...change });
}
