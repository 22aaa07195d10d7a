import { useRef } from 'preact/hooks';
import { jsonBody } from './api.ts';
import { Choice, Field, MoreFields, readFields } from './fields.tsx';
import { Card, Note, useAction } from './parts.tsx';
import { type Attempt, attemptOf, sendStart } from './send-start.ts';

const DEFINE = {
  spec: 'spec: without back ends',
  proxy: 'proxy: with back ends',
  all: 'all: with extended information',
  dev: 'dev: as developers see it',
};

/** Starts an export of a group. */
export function ExportForm() {
  const [said, isBusy, run] = useAction();
  const last = useRef<Attempt | undefined>(undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { fields } = readFields(event.currentTarget as HTMLFormElement);
    last.current = attemptOf(JSON.stringify(fields), last.current);
    const attempt = last.current;
    void run(() => sendStart('exports', attempt, jsonBody(fields)));
  };
  return (
    <Card title="Export an API group">
      <form onSubmit={submit}>
        <Field name="group_id" isRequired />
        <Field name="env_id" isRequired />
        <Choice name="define" words="What" options={DEFINE} />
        <Choice name="type" words="Format" options={{ json: 'JSON', yaml: 'YAML' }} />
        <Choice
          name="oas_version"
          words="Version of OpenAPI"
          options={{ '2.0': 'Swagger 2.0', '3.0': 'OpenAPI 3.0' }}
        />
        <Field name="label" />
        <MoreFields names={['version', 'profile', 'instance_id', 'project_id', 'deadline_seconds', 'callback_url']} />
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? 'Starting …' : 'Export'}
        </button>
        <Note said={said} />
      </form>
    </Card>
  );
}
