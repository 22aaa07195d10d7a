import process from 'node:process';
import { parseArgs } from 'node:util';
import { runCrash } from '../test/crash/run-crash.ts';

/** `npm run test:crash [-- --kills N]`: exits 0 when nothing was lost, wrong, doubled, begun twice, or told under two ids. */
const { kills } = parseArgs({ options: { kills: { type: 'string', default: '20' } } }).values;
if (!/^\d{1,5}$/.test(kills)) {
  console.error('npm run test:crash [-- --kills N]   N: how often the service is killed, 20 by default');
  process.exit(2);
}
const report = await runCrash({ kills: Number(kills), say: console.log });
console.table(report);
const { kills: _, tasks: _tasks, starts: _starts, reported: _reported, repeats: _repeats, ...faults } = report;
process.exit(Object.values(faults).every((count) => count === 0) ? 0 : 1);
