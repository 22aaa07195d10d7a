import * as z from 'zod/mini';
import { readEnvironment } from '../functions/runtime/config.ts';
import { port } from './whole-number.ts';

const simulatorEnvironment = z.object({
  SIMULATOR_PORT: z._default(port, 0),
  HOST: z._default(z.string(), '127.0.0.1'),
});

/** Reads the environment of `npm run simulator`. Throws `ConfigError`. */
export function readSimulatorConfig(environment: NodeJS.ProcessEnv): { port: number; host: string } {
  const { SIMULATOR_PORT, HOST } = readEnvironment(simulatorEnvironment, environment);
  return { port: SIMULATOR_PORT, host: HOST };
}
