import { OUTCOMES, type Outcome } from '../../functions/names.ts';

/** What a listing is asked for; the names are those of the API. */
export type Filter = {
  state?: 'pending' | 'final';
  outcomes: Outcome[];
  /** With `*` at its end a label that starts so. */
  label?: string;
  since?: string;
  instance_id?: string;
  profile?: string;
  task_type?: string;
  group_id?: string;
  /** Of an older page. */
  cursor?: string;
};

/** What the page shows. The address holds all of it, after its `#`. */
export type View =
  | { name: 'overview' }
  | { name: 'list'; filter: Filter }
  | { name: 'task'; id: string }
  /** With a group, its import form is filled in for that group. */
  | { name: 'start'; group?: string }
  | { name: 'history'; since: string; label?: string };

export const NO_FILTER: Filter = { outcomes: [] };
export const DEFAULT_HISTORY = '7d';

const TEXTS = ['label', 'since', 'instance_id', 'profile', 'task_type', 'group_id', 'cursor'] as const;

/** The view of an address. Anything that is no view of this page is taken for a task's id, which a link may have mistyped. */
export function parseView(hash: string): View {
  const address = hash.replace(/^#/, '');
  const [path = '', query = ''] = address.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  switch (path) {
    case '':
      return { name: 'overview' };
    case '/tasks':
      return { name: 'list', filter: parseFilter(parameters) };
    case '/start': {
      const group = parameters.get('group');
      return { name: 'start', ...(group !== null && { group }) };
    }
    case '/history': {
      const label = parameters.get('label');
      return { name: 'history', since: parameters.get('since') || DEFAULT_HISTORY, ...(label !== null && { label }) };
    }
    default:
      return { name: 'task', id: decode(address) };
  }
}

/** The address of a view, with its `#`. */
export function addressOf(view: View): string {
  switch (view.name) {
    case 'overview':
      return '#';
    case 'list':
      return `#/tasks${queryText(filterParameters(view.filter))}`;
    case 'task':
      return `#${encodeURIComponent(view.id)}`;
    case 'start':
      return `#/start${queryText(new URLSearchParams(view.group === undefined ? {} : { group: view.group }))}`;
    case 'history': {
      const { since, label } = view;
      const parameters = new URLSearchParams({ since, ...(label !== undefined && { label }) });
      return `#/history${queryText(parameters)}`;
    }
  }
}

/** The filter as `GET /tasks` and the address take it. */
export function filterParameters({ state, outcomes, ...texts }: Filter): URLSearchParams {
  const parameters = new URLSearchParams();
  if (state !== undefined) parameters.set('state', state);
  if (outcomes.length > 0) parameters.set('outcome', outcomes.join(','));
  for (const name of TEXTS) {
    const text = texts[name];
    if (text !== undefined) parameters.set(name, text);
  }
  return parameters;
}

export function isFiltered({ cursor: _, ...filter }: Filter): boolean {
  return filterParameters(filter).size > 0;
}

function parseFilter(parameters: URLSearchParams): Filter {
  const state = parameters.get('state');
  const wanted = parameters.get('outcome')?.split(',') ?? [];
  const texts = TEXTS.flatMap((name) => {
    const text = parameters.get(name);
    return text ? [[name, text]] : [];
  });
  return {
    // A pending task has no outcome: the API refuses both together.
    ...((state === 'final' || (state === 'pending' && wanted.length === 0)) && { state }),
    outcomes: OUTCOMES.filter((outcome) => wanted.includes(outcome)),
    ...Object.fromEntries(texts),
  };
}

function queryText(parameters: URLSearchParams): string {
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
