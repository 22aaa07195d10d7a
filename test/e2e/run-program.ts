import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { text } from 'node:stream/consumers';

export type Program = { args: string[]; cwd: string; env: Record<string, string>; signal: AbortSignal };

const TAIL_UNITS = 4_000;

/**
 * Runs a script on this process's Node, in a process group of its own: `signal` ends it together with all that it has
 * started. Rejects with the end of what it printed when it does not exit with 0.
 */
export async function runProgram({ args, cwd, env, signal }: Program): Promise<void> {
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const endGroup = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', endGroup);
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close').finally(() => signal.removeEventListener('abort', endGroup));
  if (code !== 0)
    throw new Error(`${args.join(' ')} ended with ${code}:\n${(await printed).join('').slice(-TAIL_UNITS)}`);
}
