import { readSimulatorConfig } from '../local/simulator-config.ts';
import { DEFAULT_ACCOUNT } from '../simulator/defaults.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { giveUp } from './give-up.ts';
import { onStop } from './on-stop.ts';

async function main(): Promise<void> {
  const simulator = await startSimulator(readSimulatorConfig(process.env));
  console.log(`listening on ${simulator.url}`);
  console.log(`project ${DEFAULT_ACCOUNT.projectId}, gateway ${DEFAULT_ACCOUNT.instanceId}, AK ${DEFAULT_ACCOUNT.ak}`);
  onStop(() => simulator.close());
}

await main().catch(giveUp);
