import { answerRequests } from '../child.ts';
import { measure } from '../measure.ts';

/** Imports one module, as Lambda does before the first invocation. */
export type ImportRequest = { module: string };

answerRequests(({ module }: ImportRequest) => measure(() => import(module)));
