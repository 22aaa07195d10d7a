import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { createStack, EVERYTHING } from './synthesize.ts';

describe('cdk-nag', () => {
  it.each([
    { settings: {} },
    { settings: EVERYTHING },
    { settings: { dataRemoval: 'destroy' } },
    { settings: { starts: true } },
  ])('finds nothing against AwsSolutions in $settings', ({ settings }) => {
    const { app } = createStack(settings);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('finds a bucket that takes plain http', () => {
    const { app, stack } = createStack();
    new Bucket(stack, 'Careless');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});
