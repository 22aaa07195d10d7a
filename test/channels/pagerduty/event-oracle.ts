import { Ajv } from 'ajv';
import formats from 'ajv-formats';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

/** PagerDuty's Events API v2 as its documentation describes it, with its limits. */
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['routing_key', 'event_action', 'dedup_key'],
  properties: {
    routing_key: { type: 'string', minLength: 32, maxLength: 32 },
    event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
    dedup_key: text(255),
    client: text(255),
    client_url: { type: 'string', format: 'uri' },
    links: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['href'],
        properties: { href: { type: 'string', format: 'uri' }, text: text(255) },
      },
    },
    payload: {
      type: 'object',
      additionalProperties: false,
      required: ['summary', 'source', 'severity'],
      properties: {
        summary: text(1024),
        source: text(1024),
        severity: { enum: ['critical', 'error', 'warning', 'info'] },
        timestamp: { type: 'string', format: 'date-time' },
        component: text(1024),
        group: text(1024),
        class: text(1024),
        custom_details: { type: 'object' },
      },
    },
  },
  if: { properties: { event_action: { const: 'trigger' } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['payload'] },
};

const MAX_BYTES = 512 * 1024;
const ajv = new Ajv();
formats.default(ajv);
const validate = ajv.compile(schema);

/** What PagerDuty would refuse of an event's body. */
export function eventProblems(body: string): string[] {
  if (Buffer.byteLength(body) > MAX_BYTES) return ['the event is larger than 512 KB'];
  if (validate(JSON.parse(body))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
