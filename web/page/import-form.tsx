import { useEffect, useRef, useState } from 'preact/hooks';
import { Choice, Field, MoreFields, readFields } from './fields.tsx';
import { Card, Note, useAction } from './parts.tsx';
import { type Attempt, attemptOf, sendStart } from './send-start.ts';
import { sizeWords } from './words.ts';

const MODES = { merge: 'merge (keep them)', override: 'override (replace them)' };

/** Starts an import of a file that was dropped or chosen. */
export function ImportForm({ dropped, group }: { dropped: File | undefined; group: string | undefined }) {
  const [file, setFile] = useState(dropped);
  const [isNewGroup, setNewGroup] = useState(group === undefined);
  const [said, isBusy, run] = useAction();
  const last = useRef<Attempt | undefined>(undefined);
  useEffect(() => dropped && setFile(dropped), [dropped]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (file === undefined) return;
    const { fields } = readFields(event.currentTarget as HTMLFormElement);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    form.set('file_name', file, file.name);
    last.current = attemptOf(JSON.stringify([fields, file.name, file.size, file.lastModified]), last.current);
    const attempt = last.current;
    void run(() => sendStart('imports', attempt, { body: form }));
  };
  return (
    <Card title="Import an OpenAPI file">
      <form onSubmit={submit}>
        <label class="drop wide">
          <span>
            {file === undefined ? (
              'Drop a Swagger 2.0 or OpenAPI 3.0 file anywhere on this page, or choose one'
            ) : (
              <strong>
                {file.name}, {sizeWords(file.size)}
              </strong>
            )}
          </span>
          <input
            type="file"
            accept=".json,.yaml,.yml,.gz,application/json"
            aria-label="File"
            onChange={({ currentTarget: { files } }) => setFile(files?.[0] ?? file)}
          />
        </label>
        <fieldset class="wide">
          <legend>Group</legend>
          <label class="check">
            <input
              type="radio"
              name="is_create_group"
              value="true"
              checked={isNewGroup}
              onChange={() => setNewGroup(true)}
            />
            a new one, named as the title of the file
          </label>
          <label class="check">
            <input
              type="radio"
              name="is_create_group"
              value="false"
              checked={!isNewGroup}
              onChange={() => setNewGroup(false)}
            />
            an existing one
          </label>
          {!isNewGroup && <Field name="group_id" value={group} isRequired />}
        </fieldset>
        <Choice name="api_mode" words="APIs that exist" options={MODES} />
        <Choice name="extend_mode" words="Their extended information" options={MODES} />
        <Field name="label" />
        <MoreFields names={['publish_to', 'profile', 'instance_id', 'project_id', 'deadline_seconds', 'callback_url']}>
          <label class="check">
            <input type="checkbox" name="simple_mode" value="true" /> without back ends
          </label>
          <label class="check">
            <input type="checkbox" name="mock_mode" value="true" /> with mock back ends
          </label>
        </MoreFields>
        <button type="submit" class="main" disabled={isBusy || file === undefined}>
          {isBusy ? 'Starting …' : 'Import'}
        </button>
        <Note said={said} />
      </form>
    </Card>
  );
}
