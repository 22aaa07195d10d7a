import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePositions, decodeCursor, encodeCursor, InvalidCursorError } from '../../functions/tasks/cursor.ts';

const positions = fc.record({
  atMs: fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  taskId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
});

describe('Cursors', () => {
  it('come back as the position they were made of, and are safe in a URL', () => {
    fc.assert(
      fc.property(positions, (position) => {
        const cursor = encodeCursor(position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(cursor)).toEqual(position);
      }),
    );
  });

  it('are refused with InvalidCursorError when they are anything else', () => {
    const forged = [
      '',
      '{}',
      '[]',
      '[1]',
      '["1","a"]',
      '[1.5,"a"]',
      '[1,"a b"]',
      '[1,2]',
      '[1,"a",3]',
      '[1e99,"a"]',
      'null',
    ];
    for (const text of forged) {
      expect(() => decodeCursor(Buffer.from(text).toString('base64url'))).toThrow(InvalidCursorError);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(`!${text}`)).toThrow(InvalidCursorError);
      }),
    );
    expect(() => decodeCursor(`!${encodeCursor({ atMs: 1, taskId: 'a' })}`)).toThrow(InvalidCursorError);
  });

  it('order positions newest first, and totally', () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        expect(Math.sign(comparePositions(a, b))).toBe(-Math.sign(comparePositions(b, a)) + 0);
        if (a.atMs > b.atMs) expect(comparePositions(a, b)).toBeLessThan(0);
      }),
    );
  });
});
