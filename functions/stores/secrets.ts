import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ConfigError, StoreError } from '../tasks/errors.ts';
import type { Clock, Log } from '../tasks/ports.ts';
import { callTable, type DynamoTable, onTable } from './dynamo/rows.ts';

type SecretReader = {
  /**
   * A function that gives the parsed secret. It is read again once it is older than the maximum age, so that a rotation
   * needs no deploy, and parsed again only when it changed. While Secrets Manager fails, the last one serves on for up to
   * an hour. Throws `ConfigError` for a secret that is absent or wrong, at once, and `StoreError` for one that cannot be read.
   * One that `isEmpty` is read again after 10 s, because a person is about to fill it.
   */
  watch<T>(secretId: string, parse: (text: string) => T, isEmpty?: (value: T) => boolean): () => Promise<T>;
};

type WatchDeps = { maxAgeS: number; clock: Pick<Clock, 'now'>; log: Log };
type SecretReaderDeps = WatchDeps & { client: SecretsManagerClient };

/** A text that is read again and again: what it is called in the log, how it is read, and how parsed. */
export type TextSource<T> = {
  name: string;
  read(): Promise<string>;
  parse(text: string): T;
  isEmpty?: ((value: T) => boolean) | undefined;
};

/**
 * How old a secret may get that cannot be read again. So long, at most, a key still fits that was taken out while Secrets
 * Manager was in trouble; one that was taken out before, or whose secret was deleted, does not.
 */
const MAX_BRIDGED_MS = 3_600_000;
/** When it is tried again while the last one serves. */
const RETRY_MS = 30_000;
/** Who asks within this time of a failure shares it: every poll of a sweep asks. */
const SHARED_FAILURE_MS = 1_000;

const EMPTY_MAX_AGE_MS = 10_000;

/** Secrets Manager, cached per process for `maxAgeS` seconds. */
export function createSecretReader({ client, ...deps }: SecretReaderDeps): SecretReader {
  return {
    watch: (secretId, parse, isEmpty) =>
      watchText(deps, { name: nameOf(secretId), read: () => readText(client, secretId), parse, isEmpty }),
  };
}

/**
 * What `SecretReader.watch` does, with a text from anywhere.
 *
 *     read ──► kept for `maxAgeS` ──► read ──✗──► the last one, tried again every 30 s ──✗ an hour old ──► StoreError
 */
export function watchText<T>({ maxAgeS, clock, log }: WatchDeps, source: TextSource<T>): () => Promise<T> {
  let last: { text: string; value: T; atMs: number } | undefined;
  let answer: Promise<T> | undefined;
  let untilMs = 0;

  const read = async (): Promise<T> => {
    const atMs = clock.now();
    const text = await source.read();
    last = { text, value: last?.text === text ? last.value : source.parse(text), atMs };
    untilMs = atMs + (source.isEmpty?.(last.value) ? EMPTY_MAX_AGE_MS : maxAgeS * 1_000);
    return last.value;
  };

  const bridge = (error: unknown): T => {
    const nowMs = clock.now();
    untilMs = nowMs + SHARED_FAILURE_MS;
    if (error instanceof ConfigError) last = undefined;
    if (last === undefined || nowMs - last.atMs >= MAX_BRIDGED_MS) throw error;
    untilMs = nowMs + RETRY_MS;
    log.warn('secret refresh failed, using the cached value', {
      secret: source.name,
      age_s: Math.round((nowMs - last.atMs) / 1_000),
      reason: error instanceof Error ? String(error.cause) : 'unknown',
    });
    return last.value;
  };

  return () => {
    if (answer === undefined || clock.now() >= untilMs) {
      untilMs = Number.POSITIVE_INFINITY;
      answer = read().catch(bridge);
    }
    return answer;
  };
}

async function readText(client: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (text !== undefined) return text;
  } catch (cause) {
    // The second is what a secret says that is marked for deletion.
    const isAbsent = cause instanceof ResourceNotFoundException || cause instanceof InvalidRequestException;
    if (!isAbsent) throw new StoreError(`The secret ${nameOf(secretId)} cannot be read`, { cause });
  }
  throw new ConfigError([`The secret ${nameOf(secretId)} has no text value yet`]);
}

/** The secret's name without account and region. */
function nameOf(secretId: string): string {
  return secretId.split(':').slice(6).join(':') || secretId;
}

/**
 * A table of one row for each part of the profiles. The poller, which may read the Huawei secret, writes them; each other
 * function may read the one row that it needs.
 */
export function createDynamoProfileParts(table: DynamoTable) {
  return {
    /** Replaces every part given. Throws `StoreError`. */
    async put(parts: Record<string, string>): Promise<void> {
      const rows = Object.entries(parts).map(([part, text]) => ({ part: { S: part }, json: { S: text } }));
      const commands = rows.map((Item) => new PutItemCommand({ ...onTable(table), Item }));
      await Promise.all(commands.map((command) => callTable(table, 'PutItem', () => table.client.send(command))));
    },
    /** The text of a part. Throws `StoreError`, also while the poller has written none. */
    async read(part: string): Promise<string> {
      const command = new GetItemCommand({ ...onTable(table), Key: { part: { S: part } } });
      const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
      if (Item?.json?.S !== undefined) return Item.json.S;
      throw new StoreError('The poller has not read the Huawei secret yet');
    },
  };
}
