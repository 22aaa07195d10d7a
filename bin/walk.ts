import { parseArgs } from 'node:util';
import { describeWalk, excessOf, walk } from '../bench/walk/walk.ts';

/** `npm run walk` prints what one poll and one task enter; with `-- --check` it fails over the goals. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const walks = await walk();
console.log(walks.map(describeWalk).join('\n\n'));
const excess = walks.flatMap(excessOf);
if (excess.length > 0) console.log(`\nOver the goals:\n${excess.map((each) => `- ${each}`).join('\n')}`);
process.exitCode = values.check && excess.length > 0 ? 1 : 0;
