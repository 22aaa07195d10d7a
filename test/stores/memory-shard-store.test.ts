import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import { describeShardStore } from '../contract/shard-store.contract.ts';

describeShardStore('memory', () => async () => createMemoryShardStore());
