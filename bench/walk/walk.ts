import { countEntries, type EnteredFile, type EntryCounter } from './coverage.ts';
import { startDeployment } from './deployment.ts';
import { startOneMachine } from './one-machine.ts';

/** A way through the code that a reader follows, the files that it enters, and how many of them are bearable. */
export type Walk = { title: string; maxFiles: number; entered: EnteredFile[] };

/** Longer than this no file should be that a reader has to go through. */
const MAX_LINES = 300;

const FUNCTIONS = new URL('../../functions/', import.meta.url);

/** Walks both ways once, in this process. What importing a module runs is not counted. */
export async function walk(): Promise<Walk[]> {
  const counter = await countEntries(FUNCTIONS);
  try {
    return [await walkTask(counter), await walkPoll(counter)];
  } finally {
    await counter.close();
  }
}

/** From cold functions on, so that reading the secrets is a part of it. */
async function walkTask(counter: EntryCounter): Promise<Walk> {
  await using deployment = await startDeployment();
  const entered = await counter.during(() => deployment.carryTaskToSlack('walked'));
  return { title: 'One task, from POST /tasks to its Slack message, in AWS', maxFiles: 55, entered };
}

async function walkPoll(counter: EntryCounter): Promise<Walk> {
  await using machine = await startOneMachine();
  const entered = await counter.during(machine.nextPoll);
  return { title: 'One poll of a pending task, by npm start', maxFiles: 20, entered };
}

/** What a walk is over its goals, one sentence each. */
export function excessOf({ title, maxFiles, entered }: Walk): string[] {
  const tooMany = entered.length > maxFiles ? [`${title}: ${entered.length} files, goal ${maxFiles}`] : [];
  const tooLong = entered.filter(({ lines }) => lines > MAX_LINES);
  return [...tooMany, ...tooLong.map(({ file, lines }) => `${file}: ${lines} lines, goal ${MAX_LINES}`)];
}

/** A row for each file with its lines and the functions entered, under the totals. */
export function describeWalk({ title, maxFiles, entered }: Walk): string {
  const functions = entered.reduce((sum, file) => sum + file.functions.length, 0);
  const lines = entered.reduce((sum, file) => sum + file.lines, 0);
  const width = Math.max(...entered.map(({ file }) => file.length));
  const rows = entered.map((file) => `${file.file.padEnd(width)} ${String(file.lines).padStart(5)}  ${namesOf(file)}`);
  const total = `${entered.length} files (goal ${maxFiles}), ${functions} functions, ${lines} lines in these files`;
  return [title, total, '', ...rows].join('\n');
}

function namesOf({ functions }: EnteredFile): string {
  const named = functions.filter((name) => name !== '');
  const nameless = functions.length - named.length;
  return [...named, ...(nameless > 0 ? [`+ ${nameless} nameless`] : [])].join(' ');
}
