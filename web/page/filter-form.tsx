import { useEffect, useState } from 'preact/hooks';
import { OUTCOMES, type Outcome } from '../../functions/names.ts';
import { go } from './places.ts';
import { addressOf, type Filter, NO_FILTER, parseView } from './route.ts';
import { stateWords } from './words.ts';

const SPANS = { '1h': 'last hour', '24h': 'last day', '7d': 'last week', '30d': 'last month' };
const MORE = {
  instance_id: 'Gateway (instance_id)',
  profile: 'Profile',
  group_id: 'API group (group_id)',
} as const;

/** The filter of a list. Each change is another address, so that back undoes it. */
export function FilterForm({ filter }: { filter: Filter }) {
  const change = (next: Filter) => {
    go(addressOf({ name: 'list', filter: next }));
  };
  const changeText = (name: keyof typeof MORE | 'label' | 'task_type' | 'since', text: string) => {
    const { [name]: _, ...rest } = currentFilter();
    change(text.trim() === '' ? rest : { ...rest, [name]: text });
  };
  const toggle = (outcome: Outcome, isWanted: boolean) => {
    const { state: _, ...rest } = currentFilter();
    const outcomes = OUTCOMES.filter((one) => (one === outcome ? isWanted : rest.outcomes.includes(one)));
    change({ ...rest, outcomes });
  };
  const changeState = (state: string) => {
    const { state: _, ...rest } = currentFilter();
    if (state === 'pending') change({ ...rest, outcomes: [], state });
    else change(state === 'final' ? { ...rest, state } : rest);
  };
  const shownState = filter.outcomes.length > 0 ? 'final' : (filter.state ?? '');
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        State
        <select value={shownState} onChange={(event) => changeState(event.currentTarget.value)}>
          <option value="">running and ended</option>
          <option value="pending">running</option>
          <option value="final">ended</option>
        </select>
      </label>
      <label>
        Since
        <select value={filter.since ?? ''} onChange={(event) => changeText('since', event.currentTarget.value)}>
          <option value="">any time</option>
          {filter.since !== undefined && !(filter.since in SPANS) && (
            <option value={filter.since}>{filter.since}</option>
          )}
          {Object.entries(SPANS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <TextFilter
        words="Label, or its start and *"
        value={filter.label}
        maxLength={128}
        onChange={(text) => changeText('label', text)}
      />
      <label>
        Kind
        <select value={filter.task_type ?? ''} onChange={(event) => changeText('task_type', event.currentTarget.value)}>
          <option value="">any</option>
          <option value="import_api">import</option>
          <option value="export_api">export</option>
        </select>
      </label>
      <fieldset>
        <legend>Ended as</legend>
        {OUTCOMES.map((outcome) => (
          <label key={outcome} class="check">
            <input
              type="checkbox"
              checked={filter.outcomes.includes(outcome)}
              onChange={(event) => toggle(outcome, event.currentTarget.checked)}
            />
            {stateWords(outcome)}
          </label>
        ))}
      </fieldset>
      <details open={Object.keys(MORE).some((name) => name in filter)}>
        <summary>More</summary>
        <div class="fields">
          {Object.entries(MORE).map(([name, words]) => (
            <TextFilter
              key={name}
              words={words}
              value={filter[name as keyof typeof MORE]}
              maxLength={64}
              onChange={(text) => changeText(name as keyof typeof MORE, text)}
            />
          ))}
        </div>
      </details>
    </form>
  );
}

type TextFilterProps = { words: string; value: string | undefined; maxLength: number; onChange(text: string): void };

/** Keeps what is being typed: the list is drawn again every few seconds, and with it what the address says. */
function TextFilter({ words, value = '', maxLength, onChange }: TextFilterProps) {
  const [typed, setTyped] = useState<string>();
  useEffect(() => setTyped(undefined), [value]);
  return (
    <label>
      {words}
      <input
        value={typed ?? value}
        maxLength={maxLength}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => onChange(event.currentTarget.value)}
        onBlur={() => setTyped(undefined)}
      />
    </label>
  );
}

/** That of the address, without its page: a second change may come before the first one is drawn. */
function currentFilter(): Filter {
  const view = parseView(location.hash);
  const { cursor: _, ...filter } = view.name === 'list' ? view.filter : NO_FILTER;
  return filter;
}
