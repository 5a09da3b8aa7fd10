import type { AlertChannelsQuery, AlertsQuery } from '../../sdk/index.ts';
import { ALERT_STATE_WORDS } from '../../sdk/words.ts';
import type { Look } from './look.ts';
import { renderTable } from './table.ts';
import { inIst } from './times.ts';

type Alert = AlertsQuery['alerts'][number];
type Channel = AlertChannelsQuery['alertChannels'][number];

/** What came of sending it, channel by channel. */
const deliveriesOf = ({ deliveries }: Alert): string =>
  deliveries
    .filter(({ state }) => state !== 'CANCELLED')
    .map(({ channelName, state, attempts, answer, dueAt }) => {
      const tries = attempts > 1 ? `, ${attempts} tries` : '';
      const due = state === 'PENDING' ? `, due ${inIst(dueAt)}` : '';
      return `${channelName}: ${ALERT_STATE_WORDS[state].word.toLowerCase()}${tries}${due}${answer == null ? '' : ` (${answer})`}`;
    })
    .join('; ');

export const renderAlerts = (alerts: readonly Alert[], look: Look): readonly string[] =>
  alerts.length === 0
    ? ['There was no alert.']
    : renderTable(
        [
          { title: 'RAISED (IST)' },
          { title: 'KIND' },
          { title: 'WHAT' },
          { title: 'SEEN' },
          { title: 'SENT', dispensable: 1 },
          { title: 'ID' },
        ],
        alerts.map((alert) => [
          inIst(alert.raisedAt),
          { text: alert.kind, tone: alert.kind === 'RECOVERED' ? 'good' : 'warn' },
          alert.title,
          alert.acknowledgedAt == null ? (alert.resolvedAt == null ? 'no' : 'over') : 'yes',
          deliveriesOf(alert),
          alert.id,
        ]),
        look,
      );

export const renderAlertChannels = (channels: readonly Channel[], look: Look): readonly string[] =>
  channels.length === 0
    ? ['There is no channel, so nobody is told: `vega-auth alerts channels add` makes one.']
    : renderTable(
        [
          { title: 'ID' },
          { title: 'NAME' },
          { title: 'KIND' },
          { title: 'AT', dispensable: 1 },
          { title: 'FOR', dispensable: 2 },
          { title: 'AFTER', dispensable: 3 },
          { title: 'QUIET (IST)', dispensable: 4 },
          { title: 'PINGED (IST)', dispensable: 5 },
        ],
        channels.map((channel) => [
          channel.id,
          { text: channel.name, tone: 'strong' },
          channel.kind,
          channel.destination,
          [channel.accountId, channel.kinds?.join(' ')].filter(Boolean).join(': ') || 'all',
          channel.kind === 'HEARTBEAT' ? `each ${channel.afterMinutes} min` : `${channel.afterMinutes} min`,
          channel.quietFrom == null ? '' : `${channel.quietFrom}-${channel.quietUntil}`,
          channel.pingedAt == null
            ? ''
            : `${inIst(channel.pingedAt)} (${channel.pingAnswer ?? 'no answer yet'})`,
        ]),
        look,
      );
