import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { TaskResultStore } from '../../tasks/ports.ts';
import type { Delivery } from '../../tasks/result.ts';
import { type Row, toAttribute } from './attributes.ts';

const KEPT_DELIVERIES = 20;

/** An UpdateItem without the name of its table. */
export type RowUpdate = Omit<UpdateItemCommandInput, 'TableName'>;

/** Makes one UpdateItem on `TaskResults`; undefined where its condition is not met. Throws `StoreError`. */
export type UpdateRow = (update: RowUpdate) => Promise<{ Attributes?: Row | undefined } | undefined>;

/** `recordDeliveries` of the port, whatever carries its updates to DynamoDB. */
export function createDeliveryRecorder(updateRow: UpdateRow): TaskResultStore['recordDeliveries'] {
  return async (taskId, deliveries) => {
    const last = deliveries.at(-1);
    if (last === undefined) return;
    const appended = await updateRow(appendTo(taskId, { deliveries, last }));
    const count = appended?.Attributes?.deliveries?.L?.length ?? 0;
    if (count > KEPT_DELIVERIES) await updateRow(dropOldest(taskId, count));
  };
}

/**
 * Appending is atomic: no delivery is lost in a race. That the last one is not there yet lets an update be sent again
 * whose answer was lost (dynalite compares no maps, and appends).
 */
function appendTo(
  taskId: string,
  { deliveries, last }: { deliveries: readonly Delivery[]; last: Delivery },
): RowUpdate {
  return {
    Key: { task_id: { S: taskId } },
    UpdateExpression: 'SET deliveries = list_append(if_not_exists(deliveries, :none), :new)',
    ConditionExpression: 'attribute_exists(task_id) AND NOT contains(deliveries, :last)',
    ExpressionAttributeValues: {
      ':none': { L: [] },
      ':new': { L: deliveries.map((delivery) => toAttribute(delivery)) },
      ':last': toAttribute(last),
    },
    ReturnValues: 'UPDATED_NEW',
  };
}

/** One expression cannot append and cut. Whoever appends in between cuts for both, so a lost race is no loss. */
function dropOldest(taskId: string, count: number): RowUpdate {
  const places = Array.from({ length: count - KEPT_DELIVERIES }, (_, place) => `deliveries[${place}]`);
  return {
    Key: { task_id: { S: taskId } },
    UpdateExpression: `REMOVE ${places.join(', ')}`,
    ConditionExpression: 'size(deliveries) = :count',
    ExpressionAttributeValues: { ':count': { N: String(count) } },
  };
}
