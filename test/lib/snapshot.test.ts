import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { createStack, EVERYTHING, synthesize } from './synthesize.ts';

it('synthesizes the template that was reviewed', () => {
  expect(synthesize(EVERYTHING).toJSON()).toMatchSnapshot();
});

it('synthesizes the same template twice', () => {
  expect(Template.fromStack(createStack().stack)).toEqual(synthesize());
});
