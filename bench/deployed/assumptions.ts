import { PRICES as BILL } from '../../generate/monthly-cost.ts';

/** Dollars in us-east-1, without free tiers; those of docs/operations.md, and of what others would use. November 2026. */
export const PRICES = {
  ...BILL,
  /** A state transition of a standard workflow. */
  stepTransition: 25e-6,
  /** An operation of a durable function; each check of `waitForCondition` is one, and so is its start. */
  durableOperation: 8e-6,
} as const;

/** How AWS and Huawei Cloud behave. Milliseconds, drawn evenly between the two. */
export const WORLD = {
  /** EventBridge Scheduler promises the minute; it calls at a fixed second. */
  beatLateMs: [0, 2_000],
  messageLateMs: [200, 1_500],
  /** Of beats and messages. */
  deliveredTwice: 0.001,
  answerMs: [100, 300],
  coldStartMs: 800,
  idleUntilColdMs: 10 * 60_000,
  /** A call to DynamoDB, SQS and SNS. */
  storeMs: [3, 10],
  queueMs: [5, 20],
  publishMs: [15, 40],
  /** From the put of a row until a scan shows it. */
  visibleAfterMs: [5, 500],
  /** In the second pass, of the runs. */
  killed: 0.001,
  /** A message of a run that was killed comes back after this. */
  visibilityMs: 100_000,
} as const;

export const POLLER_GB = 0.25;
/** Lambda's five long polls of a queue, of 20 s each. */
export const IDLE_RECEIVES_A_MONTH = 15 * 43_200;
export const ROW_BYTES = 250;
export const MONTH_S = 30 * 86_400;

/** Of the requests a second that a profile allows, times what polls may use. */
export const TURNS_PER_SECOND = 8;

/** A row a minute for each shard; what a run with nothing to do takes is in the simulation. */
export const BEATS_A_MONTH = 43_200;
