import { DEFAULT_ACCOUNT } from '../simulator/defaults.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { onStop } from './on-stop.ts';

const port = Number(process.env.SIMULATOR_PORT ?? 0);
const host = process.env.HOST ?? '127.0.0.1';
const simulator = await startSimulator({ port, host });
console.log(`listening on ${simulator.url}`);
console.log(`project ${DEFAULT_ACCOUNT.projectId}, gateway ${DEFAULT_ACCOUNT.instanceId}, AK ${DEFAULT_ACCOUNT.ak}`);

onStop(() => simulator.close());
