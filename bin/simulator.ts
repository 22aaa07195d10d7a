import { readSimulatorConfig } from '../local/simulator-config.ts';
import { startWithSimulatorText } from '../local/try-it.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { giveUp } from './give-up.ts';
import { onStop } from './on-stop.ts';

async function main(): Promise<void> {
  const simulator = await startSimulator(readSimulatorConfig(process.env));
  console.log(`listening on ${simulator.url}`);
  console.log(`\n${startWithSimulatorText(simulator.url)}`);
  onStop(() => simulator.close());
}

await main().catch(giveUp);
