import { cut, oneLine } from '../../tasks/safe-text.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const LONGEST_ENTITY = '&amp;'.length;

/**
 * Makes any text one line that Slack shows as it is: nothing in it can mention, link or break a message.
 * Only `&`, `<` and `>` are escaped, as Slack asks (docs.slack.dev, "Formatting message text").
 */
export function escapeSlack(text: string): string {
  return oneLine(text).replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

/** Cuts escaped text to at most `max` UTF-16 units, never inside an entity or a surrogate pair; `…` marks the cut. */
export function cutEscaped(escaped: string, max: number): string {
  if (escaped.length <= max) return escaped;
  const end = Math.max(0, max - 1);
  // In escaped text an `&` always opens an entity; one whose `;` lies behind the cut goes as a whole.
  const ampersand = escaped.slice(0, end).lastIndexOf('&');
  const splitsEntity = ampersand > end - LONGEST_ENTITY && escaped.indexOf(';', ampersand) >= end;
  return splitsEntity && ampersand >= 0 ? `${escaped.slice(0, ampersand)}…` : cut(escaped, max);
}

/** Foreign text, safe in any text object, in at most `max` units. */
export function plain(text: string, max: number): string {
  return cutEscaped(escapeSlack(text), max);
}

/** Foreign text as a code span of at most `max` units: shown letter by letter, so a path with `*` or `_` stays a path. */
export function code(text: string, max: number): string {
  const content = plain(text.replaceAll('`', 'ˋ'), max - 2);
  return content === '' ? '–' : `\`${content}\``;
}

/** `label` (escaped already) as a link of at most `max` units; undefined where the address is not for Slack or too long. */
export function link(url: string, label: string, max: number): string | undefined {
  const href = webAddress(url);
  if (href === undefined || label === '') return undefined;
  const whole = `<${escapeSlack(href)}|${label.replaceAll('|', '¦')}>`;
  return whole.length <= max ? whole : undefined;
}

/** An absolute http(s) address in its normal form, or undefined. Slack's link syntax has no place for a `|`. */
export function webAddress(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  return parsed.href.replaceAll('|', '%7C');
}
