import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { buildOpenApiDocument } from '../functions/http/openapi/document.ts';
import { settingsSchema } from '../lib/settings.ts';
import { describeSettings } from '../lib/settings-table.ts';
import { buildStatusPage } from '../web/build-status-page.ts';
import { renderClientBundle } from './client-bundle.ts';
import { renderDayTable } from './day-of-messages.ts';
import { renderCostTable } from './monthly-cost.ts';
import { embedSamples, renderSamples } from './samples.ts';

/** The repository's root; generated files are named from here. */
export const ROOT = new URL('../', import.meta.url);

/** Every generated text by its file's path from `ROOT`, as the sources say it now. A test compares them with the files. */
export function renderGeneratedFiles(): Record<string, string> {
  const samples = renderSamples();
  return {
    'action/apig-tasks.mjs': renderClientBundle(),
    'functions/http/openapi/openapi.json': json(buildOpenApiDocument()),
    'functions/http/status-page.json': json(buildStatusPage(read('web/index.html'))),
    'settings.schema.json': json(z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' })),
    'docs/settings.md': replaceTable(read('docs/settings.md'), renderSettingsTable()),
    'docs/operations.md': replaceTable(read('docs/operations.md'), renderCostTable()),
    'docs/notifications.md': replaceTable(embedSamples(read('docs/notifications.md'), samples), renderDayTable()),
    ...Object.fromEntries(Object.entries(samples).map(([name, text]) => [`docs/samples/${name}`, text])),
  };
}

function renderSettingsTable(): string {
  const rows = describeSettings(settingsSchema).map(
    ({ path, type, fallback, description }) => `| \`${path}\` | ${type} | ${fallback} | ${description} |`,
  );
  return ['| setting | type | default | |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with the Markdown table that has the same head as `table` replaced by it. Throws where there is none. */
export function replaceTable(page: string, table: string): string {
  const head = `${table.split('\n', 1)[0]}\n`;
  const start = page.indexOf(head);
  if (start < 0) throw new Error(`no table begins with ${head}`);
  const [old = ''] = /^(?:\|.*(?:\n|$))+/.exec(page.slice(start)) ?? [];
  return `${page.slice(0, start)}${table}\n${page.slice(start + old.length)}`;
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
