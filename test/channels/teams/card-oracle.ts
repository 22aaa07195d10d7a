import { createRequire } from 'node:module';

// Its ES modules cannot be resolved by Node; the bundle that browsers load can.
const { AdaptiveCard, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof import('adaptivecards');

/**
 * What the reference implementation of Adaptive Cards finds wrong with a card at version 1.4: what it cannot parse, and
 * what it drops. It reads the card by its own schema and writes it again, so a property that the schema does not have,
 * or has only since a later version, is missing then.
 */
export function cardProblems(card: unknown): string[] {
  const context = new SerializationContext(Versions.v1_4);
  const parsed = new AdaptiveCard();
  parsed.parse(card as object, context);
  const events = Array.from({ length: context.eventCount }, (_, n) => context.getEventAt(n)?.message ?? '');
  const written = parsed.toJSON(new SerializationContext(Versions.v1_4));
  const { msteams: _, ...known } = card as { msteams?: unknown };
  return [...events, ...droppedFrom(known, written, 'card')];
}

function droppedFrom(sent: unknown, written: unknown, path: string): string[] {
  if (typeof sent === 'string')
    return String(written).toLowerCase() === sent.toLowerCase() ? [] : [`${path} is dropped`];
  if (typeof sent !== 'object' || sent === null) return sent === written ? [] : [`${path} is dropped`];
  return Object.entries(sent).flatMap(([key, value]) =>
    droppedFrom(value, (written as Record<string, unknown> | undefined)?.[key], `${path}.${key}`),
  );
}
