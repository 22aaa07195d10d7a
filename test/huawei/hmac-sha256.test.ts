import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prepareHmacSha256 } from '../../functions/huawei/hmac-sha256.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });

it("gives Node's HMAC for every key, longer than a block too, and for one text after the other", () => {
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), (key, texts) => {
      const hmac = prepareHmacSha256(key);
      const expected = texts.map((each) => createHmac('sha256', key).update(each).digest('hex'));
      expect(texts.map(hmac)).toEqual(expected);
    }),
  );
});

it('gives the vectors of RFC 4231, section 4.3', () => {
  expect(prepareHmacSha256('Jefe')('what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});
