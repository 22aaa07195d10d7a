import { strict as assert } from 'node:assert';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StoreError } from '../../functions/tasks/errors.ts';
import { aTask } from '../contract/samples.ts';
import { openStores } from '../stores/sqlite/support.ts';

/** For a file system of a megabyte as TMPDIR: fills it, then makes room; exits 0 when nothing acknowledged is lost. */
const file = path.join(tmpdir(), 'tasks.db');
const filler = path.join(tmpdir(), 'filler');
writeFileSync(filler, Buffer.alloc(400_000));
const { database, pending, clock, warnings } = openStores(file);
const kept: string[] = [];
const refusals: unknown[] = [];
const register = (taskId: string) =>
  pending.register(aTask({ taskId, label: 'x'.repeat(2_000) })).then(
    () => kept.push(taskId),
    (error: unknown) => refusals.push(error),
  );
for (let n = 0; refusals.length < 20; n++) await register(`t${n}`);
for (const error of refusals) assert(error instanceof StoreError && error.message.includes('the disk is full'));
assert.equal(warnings.length, 1);
rmSync(filler);
clock.nowMs += 10_000;
const before = kept.length;
await register('after');
assert.equal(kept.length, before + 1);
for (const taskId of kept) assert(await pending.get(taskId));
database.close();
openStores(file).database.close();
console.log(`${kept.length} kept, ${refusals.length} refused, 0 lost`);
