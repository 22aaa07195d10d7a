import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsItem } from '../../functions/stores/store-result.ts';

describe('The size of an item', () => {
  it('fits exactly where its bytes and overheads do', () => {
    const value = { name: 'Grüße', list: [1, true, null] };
    // map 3; name 4+1, text 3+7; list 4+1, 3, its places 3 × 2, number 21, two values of 3
    expect(fitsItem(value, 59)).toBe(true);
    expect(fitsItem(value, 58)).toBe(false);
  });

  it('counts UTF-8 bytes, not characters', () => {
    expect(fitsItem('ü'.repeat(100), 150)).toBe(false);
    expect(fitsItem('ü'.repeat(100), 203)).toBe(true);
    // map 3; name 200 + 1, null 3
    expect(fitsItem({ ['ü'.repeat(100)]: null }, 206)).toBe(false);
    expect(fitsItem({ ['ü'.repeat(100)]: null }, 207)).toBe(true);
  });

  it('survives any depth', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(fitsItem(deep)).toBe(true);
  });

  it('never takes a value for smaller than the bytes of its strings', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        expect(fitsItem(texts, bytes)).toBe(false);
      }),
    );
  });

  it('never takes a map for smaller than the bytes of its names and texts', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(text, text), (map) => {
        const bytes = Object.entries(map)
          .flat()
          .reduce((sum, part) => sum + Buffer.byteLength(part), 0);
        expect(fitsItem(map, bytes)).toBe(false);
      }),
    );
  });
});
