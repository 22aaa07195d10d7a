import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { embedSamples, renderSamples } from '../samples/render.ts';

// Writes docs/samples, and those samples that docs/notifications.md shows.
const docs = new URL('../docs/', import.meta.url);
const samples = renderSamples();
await mkdir(new URL('samples/', docs), { recursive: true });
for (const [name, text] of Object.entries(samples)) await writeFile(new URL(`samples/${name}`, docs), text);
const page = new URL('notifications.md', docs);
await writeFile(page, embedSamples(await readFile(page, 'utf8'), samples));
