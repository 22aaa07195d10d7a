import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describePendingTaskStore } from '../../contract/pending-task-store.contract.ts';
import { describeStats } from '../../contract/stats.contract.ts';
import { describeTaskResultStore } from '../../contract/task-result-store.contract.ts';
import { onSqlite } from './support.ts';

describePendingTaskStore('SQLite', onSqlite);
describeTaskResultStore('SQLite', onSqlite, 'JSON');
describeDeliveries('SQLite', onSqlite, { comparesMaps: true });
describeStats('SQLite', onSqlite);
