import { describe, expect, it } from 'vitest';
import { apiEnvironment, pollerEnvironment, readEnvironment } from '../../functions/runtime/config.ts';

const COMPLETE = {
  AWS_REGION: 'eu-central-1',
  PENDING_TABLE: 'pending',
  RESULTS_TABLE: 'results',
  RESULTS_BUCKET: 'bucket',
  TASK_EVENTS_TOPIC_ARN: 'arn:events',
  TASK_ALERTS_TOPIC_ARN: 'arn:alerts',
  OPERATOR_TOPIC_ARN: 'arn:operator',
  HUAWEI_SECRET_ID: 'huawei',
  PROFILE_PARTS_TABLE: 'parts',
  WAKE_QUEUE_URL: 'https://sqs/wakes',
};

describe('the environment of a function', () => {
  it('has defaults for all that a stack may leave out', () => {
    expect(readEnvironment(pollerEnvironment, COMPLETE)).toMatchObject({
      SECRET_MAX_AGE_S: 300,
      RESULT_RETENTION_DAYS: 90,
      TASK_DEADLINE_MS: 86_400_000,
    });
  });

  it('names everything that is missing at once, empty values included', () => {
    const { PENDING_TABLE: _, ...rest } = COMPLETE;
    expect(() => readEnvironment(apiEnvironment, { ...rest, RESULTS_TABLE: '' })).toThrow(
      /3 problem[\s\S]*PENDING_TABLE is not set[\s\S]*RESULTS_TABLE is not set[\s\S]*API_KEYS_SECRET_ID is not set/,
    );
  });

  it('says what is wrong with a value without showing it', () => {
    const read = () => readEnvironment(pollerEnvironment, { ...COMPLETE, RESULT_RETENTION_DAYS: 'ninety-secret' });
    expect(read).toThrow('RESULT_RETENTION_DAYS must be a positive whole number');
    expect(read).not.toThrow('ninety-secret');
  });
});
