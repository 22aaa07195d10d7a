import type { Fault } from '../tasks/observation.ts';
import { AnswerTooLargeError } from './answer-collector.ts';
import { classifyNetworkError } from './classify-network-error.ts';

/** Classifies what `HttpTransport.send` rejects with. An answer past the cap would be as large the next time: permanent. */
export function faultOf(cause: unknown): Fault {
  if (!(cause instanceof AnswerTooLargeError)) return classifyNetworkError(cause);
  return {
    class: 'permanent',
    error: { code: 'ANSWER_TOO_LARGE', message: cause.message, httpStatus: cause.httpStatus },
  };
}
