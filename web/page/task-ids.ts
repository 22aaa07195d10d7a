/** What was pasted: ids to register, each once, and words that cannot be one. */
export type Pasted = { ids: string[]; wrong: string[] };

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MOST_LEVELS = 20;

/**
 * The task ids in a pasted text: an answer of Huawei Cloud (JSON, or a part of it with `"task_id": "…"`), or ids
 * with spaces, commas or line ends between them.
 */
export function readTaskIds(text: string): Pasted {
  const found = idsInJson(text) ?? idsInFragment(text) ?? text.split(/[\s,;"'`[\]]+/).filter(Boolean);
  const unique = [...new Set(found)];
  return { ids: unique.filter((word) => ID.test(word)), wrong: unique.filter((word) => !ID.test(word)) };
}

/** Undefined if it is not JSON, or JSON without any. */
function idsInJson(text: string): string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const ids = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  collect(value, ids, MOST_LEVELS);
  return ids.length > 0 ? ids : undefined;
}

function collect(value: unknown, ids: string[], levels: number): void {
  if (typeof value !== 'object' || value === null || levels === 0) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'task_id' && typeof member === 'string') ids.push(member);
    else collect(member, ids, levels - 1);
  }
}

/** Of a log line, or JSON that was not copied whole. */
function idsInFragment(text: string): string[] | undefined {
  const ids = [...text.matchAll(/\btask_id\\?["']?\s*[:=]\s*\\?["']?([^\s"',}\\]+)/g)].map(([, id = '']) => id);
  return ids.length > 0 ? ids : undefined;
}
