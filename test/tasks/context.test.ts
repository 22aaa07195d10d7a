import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runUrlOf, shownPairs } from '../../functions/messages/words.ts';
import { contextProblem } from '../../functions/tasks/context.ts';

describe('a context', () => {
  it('is at most ten pairs of printable text, 1 kB in all', () => {
    const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));
    expect(contextProblem({})).toBeUndefined();
    expect(contextProblem(pairs(10))).toBeUndefined();
    expect(contextProblem(pairs(11))).toBe('must have at most 10 members');
    expect(contextProblem({ a: 'x'.repeat(1_023) })).toBeUndefined();
    expect(contextProblem({ a: 'x'.repeat(1_024) })).toMatch(/1024 bytes/);
    expect(contextProblem({ a: 'é'.repeat(512) })).toMatch(/1024 bytes/);
  });

  it.each([
    { '': 'x' },
    { 'a b': 'x' },
    { ['__proto__']: 'x' },
    { 'https://hooks.example.com': 'x' },
    { ['k'.repeat(65)]: 'x' },
  ])('has names that a log may show, unlike %j', (context) => {
    expect(contextProblem(context)).toMatch(/^must have names/);
  });

  it.each(['a\nb', '\u0000', '\ud83d', '\u2028', '\ufffe', 'a\uffff', 7, null, {}])('holds no %j', (value) => {
    expect(contextProblem({ secret: value })).toBe('must have printable strings as values, and secret is none');
  });

  it('links to the run only by http(s), and shows any other run_url as text', () => {
    const linked = { run_url: 'https://ci.example.com/1', commit: 'f3c9a1d' };
    expect(runUrlOf(linked)).toBe('https://ci.example.com/1');
    expect(shownPairs(linked)).toEqual([['commit', 'f3c9a1d']]);
    for (const run_url of ['javascript:alert(1)', 'file:///etc/passwd', '/runs/1', '']) {
      expect(runUrlOf({ run_url })).toBeUndefined();
      expect(shownPairs({ run_url })).toEqual([['run_url', run_url]]);
    }
  });

  it('never fails on anything that JSON can hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (context) => {
        const problem = contextProblem(context);
        if (problem === undefined) expect(JSON.parse(JSON.stringify(context))).toEqual(context);
      }),
    );
  });
});
