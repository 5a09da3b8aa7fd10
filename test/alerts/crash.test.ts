import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { openFolder } from '../support/folder.ts';
import { openTestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };

test.each(['AT_ONCE', 'WHILE_SENDING'])(
  'a process killed %s leaves the alert to the next one',
  async (when) => {
    using folder = openFolder();
    let child: ChildProcess | null = null;
    await using receiver = await openReceiver(() => {
      child?.kill('SIGKILL');
      return 204;
    });
    const { directory } = folder;
    const first = await openTestApp({ apis: 1, env, directory });
    await first.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
    await first[Symbol.asyncDispose]();
    child = spawn(process.execPath, [await built('test/support/alert-child.ts'), directory, when], {
      env: { ...process.env, ...first.env },
      stdio: 'ignore',
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const before = receiver.received.length;
    expect(before).toBe(when === 'AT_ONCE' ? 0 : 1);
    child = null;

    const begun = Date.now();
    await using second = await openTestApp({ apis: 1, env, directory });
    await until(async () => {
      const [alert] = await second.client.alerts();
      return alert?.deliveries[0]?.state === 'DELIVERED';
    }, 'the delivery');
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(receiver.received).toHaveLength(before + 1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  },
);
