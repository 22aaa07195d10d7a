import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTaskIds } from '../../web/page/task-ids.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).filter((one) => !one.includes('task_id'));
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 20 });
/** JSON would take a bare number or word for a value that it is. */
const words = ids.filter((all) => all.length > 1 || !/^(?:[\d-]|true$|false$|null$)/.test(all[0] ?? ''));

it.each([' ', ',', ', ', '\n', '\r\n', '; ', '\t'])('finds ids with %j between them', (separator) => {
  fc.assert(
    fc.property(words, (all) => {
      expect(readTaskIds(all.join(separator))).toEqual({ ids: all, wrong: [] });
    }),
  );
});

it('finds each id once in any JSON that has task_id, however deep', () => {
  fc.assert(
    fc.property(ids, fc.jsonValue(), (all, rest) => {
      const plain = JSON.parse(JSON.stringify(rest).replaceAll('task_id', 'other'));
      const answer = { body: [plain, ...all.map((one) => ({ detail: { task_id: one } })), { task_id: all[0] }] };
      expect(readTaskIds(JSON.stringify(answer, null, 2)).ids).toEqual(all);
    }),
  );
});

it('never throws, and gives nothing that could not be an id', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const one of readTaskIds(text).ids) expect(one).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }),
  );
});

it.each([
  ['{"task_id": "a1", "task_status": "waiting"}', ['a1'], []],
  ['HTTP/1.1 202\n\n{"task_id":"a1"', ['a1'], []],
  ["task_id: 'a1', # of the log", ['a1'], []],
  ['["a1", "b2"]', ['a1', 'b2'], []],
  ['{"task_id": "not one/"}', [], ['not one/']],
  ['a1 https://example.com/b2', ['a1'], ['https://example.com/b2']],
  ['', [], []],
])('reads %j', (text, found, wrong) => {
  expect(readTaskIds(text)).toEqual({ ids: found, wrong });
});
