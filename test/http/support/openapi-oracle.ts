import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import openapi from '../../../functions/http/openapi/openapi.json' with { type: 'json' };

type Media = { schema: object };
type Reference = { $ref: string };
type Promised = { content?: Record<string, Media>; headers?: Record<string, Reference> };
type Operation = { responses: Record<string, Promised | Reference> };
type Answer = { status: number; headers: Record<string, string>; body: Buffer };

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'openapi', ...openapi });

/** Why an answer is not what openapi.json promises for this request; undefined when it is. */
export function contradiction(method: string, path: string, answer: Answer): string | undefined {
  if (method === 'HEAD') return answer.body.length === 0 ? undefined : 'an answer to HEAD has a body';
  const found = operationOf(method, path);
  // The document describes the known routes; 404 and 405 of others are problems all the same.
  if (found === undefined) return answer.status === 204 ? undefined : mismatch('#/components/schemas/Problem', answer);
  const own = found.operation.responses[String(answer.status)];
  if (own === undefined) return `${answer.status} is not in the document`;
  const pointer = '$ref' in own ? partsOf(own) : [...found.pointer, 'responses', String(answer.status)];
  const promised = '$ref' in own ? (follow(own) as Promised) : own;
  const required = Object.entries(promised.headers ?? {}).filter(([, ref]) => 'required' in follow(ref));
  const missing = required.filter(([name]) => answer.headers[name] === undefined);
  if (missing.length > 0) return `the headers ${missing.map(([name]) => name).join(', ')} are missing`;
  return bodyContradiction(promised.content, answer, pointer);
}

function partsOf({ $ref }: Reference): string[] {
  return $ref.slice('#/'.length).split('/');
}

function follow(reference: Reference): object {
  return partsOf(reference).reduce<object>((place, part) => place[part as keyof typeof place], openapi);
}

function bodyContradiction(content: Promised['content'], answer: Answer, pointer: string[]): string | undefined {
  if (content === undefined) return answer.body.length === 0 ? undefined : 'there is a body where none is promised';
  const type = answer.headers['content-type']?.split(';')[0] ?? '';
  if ('*/*' in content || type === 'text/html') return undefined;
  if (!(type in content)) return `${type} is not promised for ${answer.status}`;
  return mismatch(`#/${[...pointer, 'content', type, 'schema'].map(escapePart).join('/')}`, answer);
}

function mismatch(pointer: string, answer: Answer): string | undefined {
  const validate = ajv.getSchema(`openapi${pointer}`);
  if (validate === undefined) return `no schema at ${pointer}`;
  return validate(JSON.parse(answer.body.toString())) ? undefined : ajv.errorsText(validate.errors);
}

function operationOf(method: string, path: string) {
  const verb = method.toLowerCase();
  const paths = Object.entries(openapi.paths as Record<string, Record<string, Operation>>);
  // Literal paths first: /tasks/batch also looks like /tasks/{task_id}.
  const literal = paths.find(([template]) => template === path);
  const found =
    literal && Object.hasOwn(literal[1], verb)
      ? literal
      : paths.find(([template, item]) => Object.hasOwn(item, verb) && toPattern(template).test(path));
  const operation = found?.[1][verb];
  return found && operation && { operation, pointer: ['paths', found[0], verb] };
}

function toPattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`);
}

function escapePart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
