type Schema = {
  type?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
};

/**
 * The declarations of `apig-task-notifier/cdk`. Not those of the sources: they would need zod's types where the package
 * is installed. `settings` is the JSON schema of the settings; a test compiles an app against the result.
 */
export function renderCdkTypes(settings: Schema): string {
  return `import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The fields of the settings file; each has a default. */
export type ApigTaskNotifierSettings = ${typeOf(settings, '')};

/** The whole service. Throws an error that lists every problem of the settings. */
export declare class ApigTaskNotifier extends Construct {
  constructor(scope: Construct, id: string, settings?: ApigTaskNotifierSettings);
  /** Base URL of the HTTP API. */
  readonly apiUrl: string;
  /** CloudEvents for machines; subscribe with a filter on \`outcome\`, \`task_type\`, \`instance_id\`, \`profile\` or \`label\`. */
  readonly events: Topic;
  /** Plain text for people. */
  readonly alerts: Topic;
  /** Alarms and broken profiles. */
  readonly operator: Topic;
  /** For Amazon Q Developer, with \`chatTopic\`. */
  readonly chat: Topic | undefined;
  readonly pendingTable: Table;
  readonly resultsTable: Table;
  /** Exported documents and large results. */
  readonly files: Bucket;
  /** To be filled: \`{"profiles":{"default":{…}}}\`. */
  readonly huaweiSecret: Secret;
  /** Contains the first API key as \`generated_key\`. */
  readonly apiKeysSecret: Secret;
  /** To be filled, with \`slack\`. */
  readonly slackSecret: Secret | undefined;
  readonly dashboard: Dashboard;
  /** Lets an app's function read the API keys, to call the API. */
  grantReadApiKeys(grantee: IGrantable): void;
  /** Lets an app's function read results and exported documents without the API. */
  grantReadResults(grantee: IGrantable): void;
}
`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ');
  switch (schema.type) {
    case 'array':
      return `(${typeOf(schema.items ?? {}, indent)})[]`;
    case 'object':
      return objectType(schema, indent);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return schema.type;
    default:
      return 'unknown';
  }
}

function objectType({ properties, additionalProperties, required = [] }: Schema, indent: string): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
    return `Record<string, ${values}>`;
  }
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`;
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `${comment}${indent}  ${key}${required.includes(name) ? '' : '?'}: ${typeOf(schema, `${indent}  `)};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}
