import { test } from 'vitest';
import { openTestApp } from '/work/main/test/support/test-app.ts';
test('opens', async () => {
  console.log('begin', Date.now());
  await using t = await openTestApp({ apis: 1, engine: 'POSTGRES' });
  console.log('open', Date.now());
  console.log(JSON.stringify(await t.ask('{ accounts { id } systemHealth { database findings { message } details { text } } }')));
  console.log(JSON.stringify(await t.generate('mode: ALL')));
  console.log(t.rows('select api_name, is_active from upstox_tokens'));
}, 60000);
