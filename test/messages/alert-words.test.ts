import { describe, expect, it } from 'vitest';
import { countWords, durationWords, failureWords, sizeWords, taskKind } from '../../functions/messages/words.ts';
import { cut, escapeUnseen, oneLine, pack, toAscii } from '../../functions/tasks/safe-text.ts';

describe('words', () => {
  it.each([
    [-5, '< 1 s'],
    [499, '< 1 s'],
    [45_000, '45 s'],
    [59_700, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [7_205_000, '2 h'],
    [93_600_000, '1 d 2 h'],
  ])('says %i ms as %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });

  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [3_440_000, '3.4 MB'],
  ])('says %i bytes as %s', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });

  it('leaves zero counts out, unless all are zero', () => {
    expect(countWords({ created: 0, updated: 2, failed: 0, ignored: 1 })).toBe('2 updated, 1 ignored');
    expect(countWords({ created: 0, updated: 0, failed: 0 })).toBe('nothing changed');
    expect(countWords({})).toBe('');
  });

  it('calls a type it does not know a task', () => {
    expect(['import_api', 'export_api', 'delete_api'].map((taskType) => taskKind({ task_type: taskType }))).toEqual([
      'import',
      'export',
      'task',
    ]);
  });

  it('says something about a failure that says nothing', () => {
    expect(failureWords({})).toEqual({ api: 'an API without a path', reason: 'no reason given' });
  });

  it('survives failures whose fields are not text', () => {
    const odd = { method: 7, path: null, error_msg: ['x'] } as unknown as Parameters<typeof failureWords>[0];
    expect(failureWords(odd)).toEqual({ api: 'an API without a path', reason: 'no reason given' });
  });
});

describe('text', () => {
  it('never cuts inside a surrogate pair', () => {
    expect(cut('ab😀cd', 4)).toBe('ab…');
    expect(cut('ab😀cd', 5)).toBe('ab😀…');
    expect(cut('ab😀', 4)).toBe('ab😀');
  });

  it('makes half a surrogate pair U+FFFD, whether it cuts or not', () => {
    expect(cut('a\ud83d', 4)).toBe('a\uFFFD');
    expect(cut('a\ud83dbcd', 4)).toBe('a\uFFFDb…');
  });

  it('makes one line of many, without overrides of direction', () => {
    expect(oneLine(' a\r\n\u202eb\u0000\u0007c\u2028d ')).toBe('a b c d');
  });

  it('names what cannot be seen in JSON that stays the same', () => {
    const value = { a: '\u202eb\u2069\u0085\u2028\u007f \ud83d\ude00', b: ['\n'] };
    const shown = escapeUnseen(JSON.stringify(value, null, 2));
    expect(shown).toContain('"\\u202eb\\u2069\\u0085\\u2028\\u007f \ud83d\ude00"');
    expect(shown.split('\n')).toHaveLength(6);
    expect(JSON.parse(shown)).toEqual(value);
  });

  it('writes printable ASCII within its limit', () => {
    expect(toAscii('Größe – “x” ’y’ 日本', 40)).toBe("Gro?e - ?x? 'y' ?");
    expect(toAscii('abcdefghij', 6)).toBe('abc...');
  });
});

describe('pack', () => {
  const sizeOf = (size: number) => size;

  it('fills packs in order up to the size', () => {
    expect(pack([3, 4, 3, 5, 1], { sizeOf, maxSize: 10 })).toEqual([
      [3, 4, 3],
      [5, 1],
    ]);
  });

  it('starts a pack at the count', () => {
    expect(pack([1, 1, 1], { sizeOf, maxSize: 10, maxCount: 2 })).toEqual([[1, 1], [1]]);
  });

  it('gives an item larger than a pack one of its own', () => {
    expect(pack([1, 99, 1], { sizeOf, maxSize: 10 })).toEqual([[1], [99], [1]]);
  });

  it('makes no pack of nothing', () => {
    expect(pack([], { sizeOf, maxSize: 10 })).toEqual([]);
  });
});
