import type { Template } from 'aws-cdk-lib/assertions';
import { propertiesOf } from './synthesize.ts';

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown };

/** What a role may do, one `action resource` per line, sorted; resources by logical id without its hash. */
export function permissionsOf(template: Template, roleIdPrefix: string): string[] {
  const role = propertiesOf(template, 'AWS::IAM::Role', roleIdPrefix);
  const policies = role.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(linesOf)).sort();
}

function linesOf({ Effect, Action, Resource, Condition }: Statement): string[] {
  if (Effect !== 'Allow') throw new Error(`A role has a statement that does not allow: ${Effect}`);
  const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
  return listOf(Action).flatMap((action) =>
    listOf(Resource).map((resource) => `${action} ${nameOf(resource)}${condition}`),
  );
}

function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** Reads the three ways in which CloudFormation writes an ARN here: `Ref`, `Fn::GetAtt` and `Fn::Join` of these. */
function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [[intrinsic, value] = []] = Object.entries(resource as Record<string, unknown>);
  if (intrinsic === 'Ref') return withoutHash(String(value));
  if (intrinsic === 'Fn::GetAtt' && Array.isArray(value)) return withoutHash(String(value[0]));
  if (intrinsic === 'Fn::Join' && Array.isArray(value)) return (value[1] as unknown[]).map(nameOf).join('');
  throw new Error(`Not an ARN: ${JSON.stringify(resource)}`);
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
