import { expect, test } from 'vitest';
import { openWire } from '../support/event-lines.ts';
import { openTestApp, until } from '../support/test-app.ts';

/** Eighty fields that say the same, so that an event fills a socket’s buffers soon. */
const FIELDS = Array.from({ length: 49 }, (_, index) => `m${index}: missing`).join(' ');
const EVENTS = `subscription { events { __typename id ... on TokenProgressEvent { progress { ${FIELDS} } } } }`;
const STATES = 'subscription { events { __typename id } }';

const progress = {
  kind: 'TOKEN_PROGRESS' as const,
  progress: {
    runId: 'r',
    total: 6,
    runTotal: 6,
    runGenerated: 0,
    generated: 0,
    missing: Array(6).fill('OPTIONCHAIN1'),
    current: null,
    step: null,
  },
};

const EVENTS_PER_ROUND = 500;
const ROUNDS = 12;

test('a reader that stops reading costs little, hurts nobody, and misses nothing when it reads again', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_LOG_LEVEL: 'info' } });
  const { events } = testApp.app.services;
  const slow = openWire(testApp, { body: { query: EVENTS } });
  const quick = openWire(testApp, { body: { query: STATES } });
  await until('both', () => slow.messages.length > 0 && quick.messages.length > 0);
  slow.pause();
  const sizes: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (let left = EVENTS_PER_ROUND; left > 0; left -= 1) events.publish('UPSTOX_01', progress);
    await until('the quick one', () => idsOf(quick).length === round * EVENTS_PER_ROUND);
    sizes.push(process.memoryUsage().external + process.memoryUsage().arrayBuffers);
  }
  expect(idsOf(slow).length).toBeLessThan(EVENTS_PER_ROUND * ROUNDS);
  // Sixty megabytes were published: nothing like it may be waiting for the slow one.
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(30_000_000);
  expect(testApp.said()).toContain('a reader is slow');

  slow.resume();
  const everything = testApp
    .rows("select id from vega_events where kind = 'TOKEN_PROGRESS' order by id")
    .map(({ id }) => id);
  expect(everything).toHaveLength(EVENTS_PER_ROUND * ROUNDS);
  await until('the slow one', () => idsOf(slow).length === everything.length, 60_000);
  expect(idsOf(slow)).toEqual(everything);
  expect(idsOf(quick)).toEqual(everything);
  slow.cut();
  quick.cut();
}, 120_000);

/** Of what is kept: the rest repeats an id. */
const idsOf = ({ messages }: ReturnType<typeof openWire>): number[] =>
  messages.flatMap(({ data }) => {
    // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
    const event = (data as any)?.data?.events;
    return event?.__typename === 'TokenProgressEvent' ? [Number(event.id)] : [];
  });
