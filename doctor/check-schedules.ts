import { paginateListSchedules, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { type Check, fail, ok } from './check.ts';
import { type Deployment, resourcesOf } from './read-deployment.ts';

const NAME = 'schedules';

/** Whether every shard's schedule is there and enabled. */
export function schedulesCheck(client: SchedulerClient, deployment: Deployment): Check {
  return {
    name: NAME,
    async run() {
      const shards = resourcesOf(deployment, 'AWS::Scheduler::Schedule').length;
      const [group] = resourcesOf(deployment, 'AWS::Scheduler::ScheduleGroup');
      if (group === undefined || shards === 0)
        return [fail(NAME, `the stack has no ${NAME}`, 'deploy with `npm run deploy`')];
      let enabled = 0;
      for await (const { Schedules = [] } of paginateListSchedules({ client }, { GroupName: group.physicalId })) {
        enabled += Schedules.filter(({ State }) => State === 'ENABLED').length;
      }
      const said = `${enabled} of ${shards} enabled`;
      return [enabled >= shards ? ok(NAME, said) : fail(NAME, said, `enable them in the group ${group.physicalId}`)];
    },
  };
}
