import { answerRequests } from '../child.ts';
import { type Load, live } from './life.ts';
import { summarize } from './summary.ts';

answerRequests(async (load: Load) => summarize(load, await live(load)));
