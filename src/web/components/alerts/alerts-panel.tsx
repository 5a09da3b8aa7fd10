import {
  AcknowledgeAlertDocument,
  AlertChannelsDocument,
  type AlertChannelsQuery,
  AlertsDocument,
  type AlertsQuery,
  ResendAlertDocument,
} from '../../../sdk/index.ts';
import { useAction } from '../../actions/use-action.ts';
import { momentInIndia } from '../../format.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useMayAct } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { Refusal } from '../refusal.tsx';
import { DeliveryLine } from './delivery-line.tsx';
import { useRefresh } from './use-refresh.ts';
import { useTest } from './use-test.ts';

type Alert = AlertsQuery['alerts'][number];
type Channel = AlertChannelsQuery['alertChannels'][number];

const SHOWN = 5;

/** What people were told, and by which channels. */
export const AlertsPanel = () => {
  const { data, refusal, refresh } = useAnswer(AlertsDocument, { first: SHOWN });
  const channels = useAnswer(AlertChannelsDocument, {});
  const alerts = data?.alerts ?? [];
  useRefresh(refresh);
  useRefresh(channels.refresh);
  return (
    <Panel title="Alerts">
      <Refusal of={refusal} />
      {data !== null && alerts.length === 0 ? <p className="empty">There was no alert.</p> : null}
      {alerts.map((alert) => (
        <AlertItem key={alert.id} of={alert} onChanged={refresh} />
      ))}
      {channels.data !== null && channels.data.alertChannels.length === 0 ? (
        <p className="note">
          Nobody is told: <code>vega-auth alerts channels add</code> says where alerts go.
        </p>
      ) : null}
      {channels.data?.alertChannels.map((channel) => (
        <ChannelItem key={channel.id} of={channel} />
      ))}
    </Panel>
  );
};

const AlertItem = ({ of: alert, onChanged }: { of: Alert; onChanged: () => void }) => {
  const mayAct = useMayAct();
  const acknowledging = useAction(AcknowledgeAlertDocument);
  const sending = useAction(ResendAlertDocument);
  const act = async (done: Promise<unknown>): Promise<void> => {
    if ((await done) !== null) onChanged();
  };
  const isUnseen = alert.acknowledgedAt == null && alert.resolvedAt == null && alert.kind !== 'RECOVERED';
  const sent = alert.deliveries.filter(({ attempts, state }) => attempts > 0 || state === 'PENDING');
  return (
    <div className="banner" data-tone={isUnseen ? 'warn' : undefined}>
      <p>
        <b>{alert.title}</b>
      </p>
      <p className="small">
        {alert.kind} · <span className="number">{momentInIndia(alert.raisedAt)}</span> ·{' '}
        {isUnseen ? '⚠ not acknowledged' : '✓ seen or over'}
      </p>
      {sent.map((delivery) => (
        <DeliveryLine key={delivery.id} of={delivery} />
      ))}
      {mayAct ? (
        <p className="row">
          {isUnseen ? (
            <button
              type="button"
              disabled={acknowledging.isBusy}
              onClick={() => void act(acknowledging.run({ id: alert.id }))}
            >
              Acknowledge
            </button>
          ) : null}
          <button
            type="button"
            disabled={sending.isBusy}
            onClick={() => void act(sending.run({ id: alert.id }))}
          >
            Send again
          </button>
        </p>
      ) : null}
      <Refusal of={acknowledging.refusal ?? sending.refusal} />
    </div>
  );
};

const ChannelItem = ({ of: channel }: { of: Channel }) => {
  const { id, name, kind, destination, pingedAt, pingAnswer } = channel;
  const mayAct = useMayAct();
  const { run, isBusy, refusal, result } = useTest();
  return (
    <div>
      <p className="row">
        <span>
          {name} <span className="dim">{`${kind} ${destination}`}</span>
        </span>
        {mayAct ? (
          <button type="button" disabled={isBusy} onClick={() => void run(id)}>
            Send a test to {name}
          </button>
        ) : null}
      </p>
      {kind === 'HEARTBEAT' ? (
        <p className="small">
          {pingedAt == null
            ? 'Not pinged yet.'
            : `Pinged last ${momentInIndia(pingedAt)}: ${pingAnswer ?? 'no answer yet'}.`}
        </p>
      ) : null}
      {result === null ? null : (
        <p className="small" role="status">
          {result.isDelivered ? '✓ delivered' : '✕ not delivered'}: {result.answer}
        </p>
      )}
      <Refusal of={refusal} />
    </div>
  );
};
