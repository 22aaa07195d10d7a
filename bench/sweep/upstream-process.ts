import { startSimulator } from '../../simulator/simulator.ts';
import { answerRequests } from '../child.ts';
import { taskIdOf } from './rows.ts';

/** How many tasks that never end, how long each answer takes, what was asked for, and which tasks were not polled once. */
export type UpstreamRequest =
  | { kind: 'start'; tasks: number }
  | { kind: 'latency'; ms: number }
  | { kind: 'polls' }
  | { kind: 'tally'; tasks: number };

// Signatures are not checked: that would cost the simulator, not who is measured, and make it the slowest part.
const simulator = await startSimulator({ auth: false });

answerRequests(async (request: UpstreamRequest) => {
  const { control } = simulator;
  switch (request.kind) {
    case 'start':
      control.clearTasks();
      control.addTasks({ count: request.tasks, ending: 'never' });
      return simulator.url;
    case 'tally': {
      const polls = Array.from({ length: request.tasks }, (_, i) => control.task(taskIdOf(i))?.polls ?? 0);
      return {
        missed: polls.filter((count) => count === 0).length,
        doubled: polls.filter((count) => count > 1).length,
      };
    }
    case 'latency':
      control.clearFaults();
      if (request.ms > 0) control.setFault({ fault: { kind: 'latency', ms: request.ms } });
      return undefined;
    case 'polls': {
      const stats = control.stats();
      control.resetStats();
      return stats;
    }
  }
});
