import type { BrowserQueueQuery } from '../../sdk/index.ts';
import { BROWSER_WAIT_WORDS, workText } from '../../sdk/words.ts';
import { type Look, line } from './look.ts';
import { renderTable } from './table.ts';
import { countdown, istTime } from './times.ts';

export type Queue = BrowserQueueQuery['browserQueue'];
type Turn = Queue['waiting'][number];

/** Who has the browser, and below that who waits for it. */
export const renderQueue = (queue: Queue, now: Date, look: Look): readonly string[] => [
  line(['Browser: ', holderText(queue)], look),
  ...(queue.waiting.length === 0
    ? ['Nobody waits for it.']
    : ['', ...waitingLines(queue.waiting, now, look)]),
];

/** For the status of an account: nothing where nobody waits. */
export const queueLines = (queue: Queue, now: Date, look: Look): readonly string[] =>
  queue.waiting.length === 0 ? [] : ['', ...renderQueue(queue, now, look)];

const holderText = ({ holder, isTakenElsewhere }: Queue): string => {
  if (holder !== null)
    return `${holder.accountId}, ${workText(holder)}, since ${istTime(holder.since)}${
      holder.canGoOnAt === null ? '' : `, until ${istTime(holder.canGoOnAt)}`
    }`;
  return isTakenElsewhere ? 'another process on this machine has it' : 'free';
};

const waitingLines = (waiting: readonly Turn[], now: Date, look: Look): readonly string[] =>
  renderTable(
    [
      { title: '#' },
      { title: 'ACCOUNT' },
      { title: 'API', dispensable: 1 },
      { title: 'WAITS FOR' },
      { title: 'SINCE', dispensable: 2 },
      { title: 'GOES ON' },
      { title: 'IN' },
    ],
    waiting.map(({ accountId, apiName, waitsFor, since, canGoOnAt }, index) => [
      String(index + 1),
      { text: accountId, tone: 'strong' },
      apiName ?? '-',
      { text: waitsFor === null ? '-' : BROWSER_WAIT_WORDS[waitsFor], tone: 'busy' },
      istTime(since),
      canGoOnAt === null ? 'not known' : istTime(canGoOnAt),
      canGoOnAt === null ? '-' : countdown((Date.parse(canGoOnAt) - now.getTime()) / 1000),
    ]),
    look,
  );
