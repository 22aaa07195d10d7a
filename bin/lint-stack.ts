import { lintStack } from '../test/lint-stack/lint-stack.ts';

process.exitCode = await lintStack();
