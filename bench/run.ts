/** `npm run bench` runs every part, `npm run bench -- schedule units` those alone. Results of other parts are kept. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { Part } from './part.ts';
import { formatPart } from './print.ts';
import { keepResult } from './results-file.ts';

const PARTS: Record<string, () => Promise<{ run: Part }>> = {
  schedule: () => import('./schedule/part.ts'),
  deployed: () => import('./deployed/part.ts'),
  sweep: () => import('./sweep/part.ts'),
  units: () => import('./units/part.ts'),
  scale: () => import('./scale/part.ts'),
  notify: () => import('./notify/part.ts'),
  api: () => import('./api/part.ts'),
  coldstart: () => import('./coldstart/part.ts'),
  client: () => import('./client/part.ts'),
};

const RESULTS = new URL('results.json', import.meta.url);
const IMAGES = new URL('../docs/images/', import.meta.url);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}

for (const [name, load] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await runPart(name, load);
  } catch (error) {
    // One part that cannot run (no Java, say) does not take the others' numbers away.
    console.error(`\n=== ${name} ===\n`, error);
    process.exitCode = 1;
  }
}

async function runPart(name: string, load: () => Promise<{ run: Part }>): Promise<void> {
  const begun = performance.now();
  const { run } = await load();
  const part = await run();
  console.log(formatPart(name, part));
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  await keepResult(RESULTS, name, { machine: describeMachine(), seconds, goals: part.goals, data: part.data });
  await mkdir(IMAGES, { recursive: true });
  for (const [file, svg] of Object.entries(part.charts ?? {})) await writeFile(new URL(file, IMAGES), svg);
}

/** What the numbers were measured on; nothing that names the machine. */
function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    measured_on: new Date().toISOString().slice(0, 10),
  };
}
