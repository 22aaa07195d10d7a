import { useState } from 'preact/hooks';
import type { FinalTask } from './api.ts';
import { count } from './words.ts';

type Entry = Record<string, unknown>;

const FIRST = 20;
/** Groups that are open at once. */
const OPEN_GROUPS = 3;

/** What an import could not create, change or publish, grouped by code with what helps; and what it could. */
export function Failures({ task: { result } }: { task: FinalTask }) {
  if (result.kind === 'stored') return <Groups title="failed" failures={result.failure ?? []} />;
  if (result.kind !== 'import') return null;
  const { success, failure, ignore = [], publish_failures: unpublished = [] } = result;
  const updated = success.filter(({ action }) => action === 'update');
  return (
    <>
      <Groups title="failed" failures={failure} />
      <Groups title="not published" failures={unpublished} />
      <Apis title="created" apis={success.filter(({ action }) => action !== 'update')} />
      <Apis title="updated" apis={updated} />
      <Apis title="ignored" apis={ignore} />
    </>
  );
}

function Groups({ title, failures }: { title: string; failures: Entry[] }) {
  if (failures.length === 0) return null;
  const byCode = Map.groupBy(failures, ({ error_code: code }) => textOf(code) || 'without a code');
  const groups = [...byCode].sort(([, a], [, b]) => b.length - a.length);
  return (
    <section class="card" aria-label={`APIs that ${title}`}>
      <h2>
        {count(failures.length, 'API')} {title}
      </h2>
      {groups.map(([code, entries], index) => (
        <Group key={code} code={code} entries={entries} isOpen={index < OPEN_GROUPS} />
      ))}
    </section>
  );
}

function Group({ code, entries, isOpen }: { code: string; entries: Entry[]; isOpen: boolean }) {
  const help = textOf(entries[0]?.help);
  const messages = new Set(entries.map(({ error_msg: message }) => textOf(message)));
  const [shared] = messages.size === 1 ? messages : [];
  return (
    <details class="group" open={isOpen}>
      <summary>
        {entries.length} × <code>{code}</code> <span class="soft clamp">{shared}</span>
      </summary>
      {help && <p class="help">{help}</p>}
      <Few entries={entries} withMessage={shared === undefined} />
    </details>
  );
}

function Apis({ title, apis }: { title: string; apis: Entry[] }) {
  if (apis.length === 0) return null;
  return (
    <details class="card">
      <summary>
        {count(apis.length, 'API')} {title}
      </summary>
      <Few entries={apis} withMessage={false} />
    </details>
  );
}

/** The first ones, and all of them when asked for. */
function Few({ entries, withMessage }: { entries: Entry[]; withMessage: boolean }) {
  const [isWhole, setWhole] = useState(entries.length <= FIRST);
  return (
    <>
      <ul class="apis">
        {(isWhole ? entries : entries.slice(0, FIRST)).map((entry, index) => (
          <li key={index}>
            <strong>{textOf(entry.method)}</strong> <span class="path">{textOf(entry.path) || 'without a path'}</span>
            {withMessage && <span class="soft"> {textOf(entry.error_msg)}</span>}
          </li>
        ))}
      </ul>
      {!isWhole && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {entries.length.toLocaleString()}
        </button>
      )}
    </>
  );
}

const LONGEST = 1_000;

/** Huawei can put anything in the place of a text. */
function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
