import type { ActionsBlock, ContextBlock, HeaderBlock, MrkdwnElement, SectionBlock } from '@slack/types';
import type { Fact } from '../../messages/alert.ts';
import { cut, oneLine } from '../../tasks/safe-text.ts';

/** The block kinds that this project sends. */
export type SlackBlock = ActionsBlock | ContextBlock | HeaderBlock | SectionBlock;

/** The body of a POST to an incoming webhook. `text` is what notifications and screen readers say. */
export type SlackMessage = { text: string; blocks: SlackBlock[] };

/** UTF-16 units of a message's JSON. Slack refuses blocks near 13,200 characters (`msg_blocks_too_long`, undocumented). */
export const MESSAGE_BUDGET = 12_000;
/** Below Slack's 3000 for a section's text. */
export const SECTION_BUDGET = 2_900;
const HEADER_MAX = 150;
const FALLBACK_MAX = 500;
const FIELD_MAX = 160;
const FIELDS_MAX = 10;
// Slack takes 3000; a longer address than this would eat what the failures need.
const BUTTON_URL_MAX = 1_000;

/** `verbatim` keeps Slack from turning a bare `@here`, `#channel` or host name in foreign text into something live. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** The headline; foreign text is welcome. */
export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: plain(text, HEADER_MAX), emoji: true } };
}

/** The fallback text of a message; foreign text is welcome. */
export function fallback(text: string): string {
  return plain(text, FALLBACK_MAX);
}

/** A section of text that is escaped and within `SECTION_BUDGET` already. */
export function section(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(text) };
}

/** Facts in two columns. `lead` is escaped text above them. */
export function fieldsSection(facts: Fact[], lead?: string): SectionBlock {
  const fields = facts.slice(0, FIELDS_MAX).map(fieldText).map(mrkdwn);
  return { type: 'section', ...(lead ? { text: mrkdwn(lead) } : {}), ...(fields.length > 0 ? { fields } : {}) };
}

function fieldText({ name, value, isOwn }: Fact): string {
  return `*${name}*\n${isOwn ? escapeSlack(value) : code(value, FIELD_MAX)}`;
}

/** The small grey line: parts that are escaped already, each cut to a hundred units or so. */
export function context(parts: string[]): ContextBlock {
  return { type: 'context', elements: [mrkdwn(parts.filter(Boolean).join('  ·  '))] };
}

/** A button for each address that is an absolute web address, by its `id` in the block. */
export function linkButtons(links: { id: string; label: string; url: string | undefined }[]): ActionsBlock[] {
  const elements = links.flatMap(({ id, label, url }) => {
    const href = webAddress(url ?? '');
    if (href === undefined || href.length > BUTTON_URL_MAX) return [];
    const text = { type: 'plain_text' as const, text: label, emoji: true };
    return [{ type: 'button' as const, text, url: href, action_id: id }];
  });
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

/** What a value takes of `MESSAGE_BUDGET`: its JSON, which is never shorter than what Slack counts. */
export function cost(value: unknown): number {
  return JSON.stringify(value).length;
}

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

const REASON_MAX = 280;
const API_MAX = 160;

/** `` `POST /pets` APIG.2011: Parameter error ``, escaped. `api` is `''` for a reason of the whole task. */
export function reasonLine(api: string, why: string): string {
  return `${api === '' ? '' : `${code(api, API_MAX)} `}${plain(why, REASON_MAX)}`;
}
