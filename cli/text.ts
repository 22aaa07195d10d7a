import stringWidth from 'string-width';

/** Control, direction-override and line-breaking characters: a message of Huawei's must not move the cursor. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One printable line. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}

/** At most `columns` of a terminal, ending in `…` if something was cut; wide characters count as two. */
export function shorten(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** Filled with spaces to `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
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
