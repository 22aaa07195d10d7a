import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SlackStandIn, startSlackStandIn } from '../../local/demo/slack-stand-in.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Aws, createAws } from './aws.ts';
import { type Cdk, createCdk, environment } from './cdk.ts';
import { type ChannelStandIns, startChannelStandIns } from './channel-stand-ins.ts';
import { type Emulator, startEmulator } from './emulator/emulator.ts';
import { prepareVenv } from './emulator/python.ts';
import type { Report } from './report.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const VENV = fileURLToPath(new URL('../../.venv-e2e', import.meta.url));

/** The specification's own example; no secret. */
export const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Everything outside the stack: AWS, Huawei Cloud, Slack and somebody's webhook, all on loopback ports. */
export type World = {
  report: Report;
  /** Where the run keeps its files; it goes with the run. */
  folder: string;
  /** The environment for a shell with the AWS CLI. */
  shell: Record<string, string>;
  emulator: Emulator;
  aws: Aws;
  cdk: Cdk;
  simulator: Simulator;
  slack: SlackStandIn;
  channels: ChannelStandIns;
  webhook: WebhookReceiver;
};

/** Starts it; what was started ends with `cleanup`, also when something did not start. */
export async function startWorld(
  report: Report,
  { path, cleanup }: { path: string; cleanup: AsyncDisposableStack },
): Promise<World> {
  const { python } = await report.step('install MiniStack in .venv-e2e', async () => {
    const venv = await prepareVenv(VENV);
    if (venv.isReused) report.note('already there');
    return venv;
  });
  const folder = await mkdtemp(join(tmpdir(), 'apig-e2e-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const emulator = await report.step('start MiniStack with TLS and IAM enforced', () =>
    startEmulator({ python, folder, path }),
  );
  cleanup.defer(() => emulator.stop());
  const simulator = await startSimulator({ waitingMs: 2_000, processingMs: 5_000 });
  cleanup.defer(() => simulator.close());
  const slack = await startSlackStandIn();
  cleanup.defer(() => slack.close());
  const channels = await startChannelStandIns(slack);
  cleanup.defer(() => channels.close());
  const webhook = await startWebhookReceiver(WEBHOOK_SECRET);
  cleanup.defer(() => webhook.close());
  const cdk = createCdk(emulator, { folder, path });
  const shell = environment(emulator, { folder, path: `${dirname(python)}:${path}` });
  cleanup.defer(() => cdk.stop());
  return { report, folder, shell, emulator, aws: createAws(emulator.url), cdk, simulator, slack, channels, webhook };
}
