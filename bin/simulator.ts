import { giveUp, namingVariable, onStop, refuseArguments } from '../local/command.ts';
import { ownCommand } from '../local/own-command.ts';
import { readSimulatorConfig } from '../local/simulator-config.ts';
import { startWithSimulatorText } from '../local/try-it.ts';
import { startSimulator } from '../simulator/simulator.ts';

async function main(): Promise<void> {
  const instead = `Set its port with a variable, as in SIMULATOR_PORT=8080 ${ownCommand('simulator')}; see docs/simulator.md.`;
  refuseArguments(ownCommand('simulator'), instead);
  const simulator = await startSimulator(readSimulatorConfig(process.env)).catch(namingVariable('SIMULATOR_PORT'));
  console.log(`listening on ${simulator.url}`);
  console.log(`\n${startWithSimulatorText(simulator.url)}`);
  onStop(() => simulator.close());
}

await main().catch(giveUp);
