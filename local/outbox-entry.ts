import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJson } from '../functions/tasks/json.ts';
import type { OutboxEntry } from './outbox.ts';

const VERSION = 1;

const time = z.number();
/** Messages are what this program wrote, and the checksum says that nobody else did: they are not looked into. */
const entrySchema = z.object({
  version: z.literal(VERSION),
  subscriber: z.string(),
  waiting: z.array(
    z.object({ message: z.unknown(), attempts: z.number(), firstAtMs: z.exactOptional(time), dueAtMs: time }),
  ),
});

/** An entry that could be read, or what is wrong with it. */
export type EntryRead<T> = { kind: 'entry'; entry: OutboxEntry<T> } | { kind: 'damaged'; reason: string };

/** A line with the SHA-256 of the next one, and that one in JSON. */
export function formatEntry<T>({ subscriber, waiting }: OutboxEntry<T>): Buffer {
  const json = Buffer.from(`${JSON.stringify({ version: VERSION, subscriber, waiting })}\n`);
  return Buffer.concat([Buffer.from(`${checksum(json)}\n`), json]);
}

/** Reads what `formatEntry` wrote, and nothing that differs by a byte. */
export function parseEntry<T>(bytes: Buffer): EntryRead<T> {
  const end = bytes.indexOf('\n') + 1;
  const json = bytes.subarray(end);
  if (bytes.toString('latin1', 0, end) !== `${checksum(json)}\n`) return damaged('it is cut off or changed');
  const parsed = z.safeParse(entrySchema, parseJson(json.toString('utf8')));
  if (!parsed.success) return damaged('another version of this program wrote it');
  const { subscriber, waiting } = parsed.data as OutboxEntry<T>;
  return { kind: 'entry', entry: { subscriber, waiting } };
}

function damaged(reason: string): { kind: 'damaged'; reason: string } {
  return { kind: 'damaged', reason };
}

function checksum(json: Buffer): string {
  return createHash('sha256').update(json).digest('hex');
}
