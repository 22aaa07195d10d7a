const ELLIPSIS = '…';
const encoder = new TextEncoder();

/** What no UTF-8 transport carries: lone surrogates and the two non-characters that SQS refuses become U+FFFD. */
function wellFormed(text: string): string {
  return text.toWellFormed().replace(/[\uFFFE\uFFFF]/g, '\uFFFD');
}

/** Control, direction-override and line-breaking characters. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** JSON that is the same when it is read, and shows what cannot be seen; its own line ends are left. */
export function escapeUnseen(json: string): string {
  return json.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return character === '\n' ? character : `\\u${code}`;
  });
}

/** The same text, with a space for each character that cannot be seen or turns what is around it. */
export function withoutUnseen(text: string): string {
  return wellFormed(text).replace(UNSEEN, ' ');
}

/** One printable line: control, direction-override and line-breaking characters become single spaces; ends are trimmed. */
export function oneLine(text: string): string {
  return withoutUnseen(text).replace(/\s+/g, ' ').trim();
}

/** Well-formed, at most `maxUnits` UTF-16 units, ending in `…` where something was cut, never inside a surrogate pair. */
export function cut(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return wellFormed(text);
  const end = Math.max(0, maxUnits - ELLIPSIS.length);
  const splitsPair = isHighSurrogate(text.charCodeAt(end - 1));
  return wellFormed(text.slice(0, splitsPair ? end - 1 : end)) + ELLIPSIS;
}

/** Of a secret that is taken out of a text; a shorter one would take out words. */
const SHORTEST_SECRET = 4;

/** The text without these secrets, plain, in a JSON string, or in a URL. Redact before cutting: half a token is one too. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets.flatMap((secret) =>
    secret === undefined || secret.length < SHORTEST_SECRET
      ? []
      : [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())],
  );
  return forms
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
}

/** One printable line of at most `maxUnits` UTF-16 units; reads no more of a huge text than it needs. */
export function lineOf(text: string, maxUnits: number): string {
  const window = text.slice(0, maxUnits * 4);
  const line = oneLine(window);
  return cut(window.length < text.length ? line + ELLIPSIS : line, maxUnits);
}

/** Bytes in UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** At most `maxChars` printable ASCII characters on one line: accents are dropped, `…` is `...`, the rest is `?`. */
export function toAscii(text: string, maxChars: number): string {
  const plain = oneLine(text.slice(0, maxChars * 4))
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[^\x20-\x7E]+/gu, '?')
    .trim();
  return plain.length <= maxChars ? plain : `${plain.slice(0, Math.max(0, maxChars - 3)).trimEnd()}...`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** How much of a message its entries may use together. */
export type Budget<T> = {
  sizeOf(item: T): number;
  maxSize: number;
  maxCount?: number;
};

/** The leading items that fit into the budget together. */
export function takeFitting<T>(items: readonly T[], { sizeOf, maxSize, maxCount = Infinity }: Budget<T>): T[] {
  let size = 0;
  const end = items.findIndex((item, index) => {
    size += sizeOf(item);
    return size > maxSize || index >= maxCount;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}

/** Splits items, in order, into as few packs as the budget allows; an item larger than a pack gets its own. */
export function pack<T>(items: readonly T[], budget: Budget<T>): T[][] {
  const packs: T[][] = [];
  let rest = items;
  while (rest.length > 0) {
    const count = Math.max(1, takeFitting(rest, budget).length);
    packs.push(rest.slice(0, count));
    rest = rest.slice(count);
  }
  return packs;
}
