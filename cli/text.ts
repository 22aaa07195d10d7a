import { eastAsianWidth } from 'get-east-asian-width';

/** Control, direction-override and line-breaking characters: a message of Huawei's must not move the cursor. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** One printable line. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}

/** Draws nothing of its own: marks, and what joins or varies the character before. */
const ZERO_WIDTH = /^(?:\p{M}|[\u200B-\u200D]|[\u{1F3FB}-\u{1F3FF}])$/u;
const JOINER = '\u200D';

/** Columns of a terminal: wide characters count as two, and an emoji that is joined of several as one. */
export function widthOf(text: string): number {
  return charactersOf(text).reduce((sum, { width }) => sum + width, 0);
}

// Intl.Segmenter and its like would double the client's start.
function charactersOf(text: string): { character: string; width: number }[] {
  let before = '';
  return [...text].map((character) => {
    const isJoined = before === JOINER || ZERO_WIDTH.test(character);
    before = character;
    return { character, width: isJoined ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0) };
  });
}

/** At most `columns` wide, ending in `…` if something was cut. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  let [kept, left] = ['', columns - 1];
  for (const { character, width } of charactersOf(text)) {
    left -= width;
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Filled with spaces to `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** `1 min 5 s`, `2 h 10 min`: the two largest units. */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const largest = units.findIndex(([count]) => count > 0);
  if (largest < 0) return '0 s';
  const shown = units.slice(largest, largest + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** Writes text in colour, or plain if colours are off. */
export type Paint = (colour: Colour, text: string) => string;
export type Colour = keyof typeof CODES;
const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Colours only at a terminal, and not with `NO_COLOR` (no-color.org) or `TERM=dumb`. */
export function createPaint(isTty: boolean, env: Record<string, string | undefined>): Paint {
  const colours = isTty && !env.NO_COLOR && env.TERM !== 'dumb';
  return (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}
