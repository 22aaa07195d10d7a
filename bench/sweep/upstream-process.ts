import { startSimulator } from '../../simulator/simulator.ts';
import { answerRequests } from '../child.ts';

/** How many tasks that never end, and how long each answer takes. */
export type UpstreamRequest = { kind: 'start'; tasks: number } | { kind: 'latency'; ms: number } | { kind: 'polls' };

// Signatures are not checked: that would cost the simulator, not who is measured, and make it the slowest part.
const simulator = await startSimulator({ auth: false });

answerRequests(async (request: UpstreamRequest) => {
  const { control } = simulator;
  switch (request.kind) {
    case 'start':
      control.addTasks({ count: request.tasks, ending: 'never' });
      return simulator.url;
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
