import {
  CapabilitiesDocument,
  type CapabilitiesQuery,
  ProbeCapabilitiesDocument,
} from '../../../sdk/index.ts';
import { CAPABILITY_WORDS, PROBE_WORDS } from '../../../sdk/words.ts';
import { useAction } from '../../actions/use-action.ts';
import { momentInIndia } from '../../format.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { Refusal } from '../refusal.tsx';
import { WordMark } from '../word.tsx';

type Capability = CapabilitiesQuery['capabilities'][number];

/** Whether the token of each role can do its work, as the last probes have told. */
export const CapabilitiesPanel = () => {
  const { activeAccount } = useDashboard();
  const { data, refusal } = useAnswer(CapabilitiesDocument, { accountId: activeAccount.id });
  const capabilities = data?.capabilities ?? [];
  return (
    <Panel title="Capabilities of the roles">
      <Refusal of={refusal} />
      {capabilities.length === 0 ? (
        <p className="empty">No role is configured.</p>
      ) : (
        <ul className="lines">
          {capabilities.map((one) => (
            <RoleLine key={one.apiName} of={one} />
          ))}
        </ul>
      )}
      <ProbeButton of={capabilities} />
    </Panel>
  );
};

const RoleLine = ({ of: { apiName, result, probe, message, nextAction, checkedAt } }: { of: Capability }) => (
  <li>
    <b>{apiName}</b> <WordMark of={CAPABILITY_WORDS[result]} />{' '}
    {result === 'CAPABLE' ? PROBE_WORDS[probe] : message}{' '}
    {checkedAt == null ? null : <span className="dim">{momentInIndia(checkedAt)} </span>}
    {nextAction == null ? null : <span className="next">Next: {nextAction}</span>}
  </li>
);

const ProbeButton = ({ of: capabilities }: { of: readonly Capability[] }) => {
  const mayAct = useMayAct();
  const { activeAccount } = useDashboard();
  const { run, isBusy, refusal } = useAction(ProbeCapabilitiesDocument);
  if (!mayAct || capabilities.length === 0) return null;
  const isOff = capabilities.some(({ reason }) => reason === 'PROBES_OFF');
  return (
    <>
      <button
        type="button"
        disabled={isBusy || isOff}
        onClick={() => void run({ accountId: activeAccount.id })}
      >
        {isBusy ? 'Probing …' : isOff ? 'Locked: capability probes are off' : 'Probe capabilities'}
      </button>
      <Refusal of={refusal} />
    </>
  );
};
