import { expect, it } from 'vitest';
import { EVERYTHING, synthesize } from './synthesize.ts';

it('synthesizes the template that was reviewed', () => {
  expect(synthesize(EVERYTHING).toJSON()).toMatchSnapshot();
});

it('synthesizes the same template twice', () => {
  expect(synthesize()).toEqual(synthesize());
});
