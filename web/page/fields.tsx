import type { ComponentChildren } from 'preact';

/** Fields of a registration or start, by the API's names. */
const FIELDS = {
  label: { words: 'Label', hint: 'a name for the task', max: 128 },
  instance_id: { words: 'Gateway (instance_id)', hint: 'of the profile', max: 64 },
  project_id: { words: 'Project (project_id)', hint: 'of the profile', max: 64 },
  profile: { words: 'Profile', hint: 'default', max: 64 },
  group_id: { words: 'API group (group_id)', hint: '', max: 64 },
  env_id: { words: 'Environment (env_id)', hint: '', max: 64 },
  publish_to: { words: 'Publish to (environment id)', hint: 'not published', max: 64 },
  version: { words: 'Version', hint: 'the time of the export', max: 64 },
  deadline_seconds: { words: 'Deadline (seconds)', hint: '24 hours', max: 6 },
  callback_url: { words: 'Callback (https URL)', hint: 'of the profile', max: 2048 },
} as const;

export type FieldName = keyof typeof FIELDS;

type FieldProps = { name: FieldName; value?: string | undefined; isRequired?: boolean; list?: string };

export function Field({ name, value = '', isRequired = false, list }: FieldProps) {
  const { words, hint, max } = FIELDS[name];
  const isId = max === 64 && name !== 'version';
  return (
    <label>
      {words}
      <input
        name={name}
        defaultValue={value}
        placeholder={hint}
        maxLength={max}
        required={isRequired}
        list={list}
        {...(isId && { pattern: '[A-Za-z0-9_\\-]+' })}
        {...(name === 'deadline_seconds' && { type: 'number', min: 60, max: 604_800 })}
        {...(name === 'callback_url' && { type: 'url' })}
      />
    </label>
  );
}

/** What is seldom needed. */
export function MoreFields({
  names,
  values = {},
  children,
}: {
  names: FieldName[];
  values?: Partial<Record<FieldName, string>>;
  children?: ComponentChildren;
}) {
  return (
    <details class="wide">
      <summary>More</summary>
      <div class="fields">
        {names.map((name) => (
          <Field key={name} name={name} value={values[name]} />
        ))}
        {children}
      </div>
    </details>
  );
}

export function Choice({ name, words, options }: { name: string; words: string; options: Record<string, string> }) {
  return (
    <label>
      {words}
      <select name={name}>
        {Object.entries(options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What was filled in, by name; numbers as such. Files are apart. */
export function readFields(form: HTMLFormElement): { fields: Record<string, string | number>; file: File | undefined } {
  const fields: Record<string, string | number> = {};
  let file: File | undefined;
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') file = value.size > 0 ? value : undefined;
    else if (value.trim() !== '') fields[name] = name === 'deadline_seconds' ? Number(value) : value.trim();
  }
  return { fields, file };
}
