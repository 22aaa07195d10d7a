import { classifyNetworkError } from '../../core/classify-network-error.ts';
import type { Fault } from '../../core/observation.ts';
import { AnswerTooLargeError } from './answer-collector.ts';

/** Classifies what `HttpTransport.send` rejects with. An answer past the cap would be as large the next time: permanent. */
export function faultOf(cause: unknown): Fault {
  if (!(cause instanceof AnswerTooLargeError)) return classifyNetworkError(cause);
  return {
    class: 'permanent',
    error: { code: 'ANSWER_TOO_LARGE', message: cause.message, httpStatus: cause.httpStatus },
  };
}
