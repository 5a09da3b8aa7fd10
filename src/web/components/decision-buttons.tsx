import { useState } from 'react';
import { useQuery } from 'urql';
import { GenerateTokensDocument, TokenStatusDocument } from '../../sdk/index.ts';
import { toRefusal } from '../actions/refusal.ts';
import { useAction } from '../actions/use-action.ts';
import { useIntent } from '../intent.tsx';
import { documentOf } from '../state/typed-document.ts';
import { useDashboard, usePageStore } from '../state/use-page-store.ts';
import { AbortButton } from './abort-button.tsx';
import { Refusal } from './refusal.tsx';

export const DecisionButtons = () => {
  const { activeAccount, authState, tokens } = useDashboard();
  const { ask } = useIntent();
  const generate = useAction(GenerateTokensDocument);
  const { run, cooldown, blockedBy, nextOperations } = authState;
  const isUnderWay = run != null && run.endedAt === null;
  const why =
    tokens.length === 0
      ? 'Locked: no API app is configured.'
      : reasonOf(isUnderWay, cooldown.active, blockedBy === 'CREDENTIALS_REJECTED');
  return (
    <div className="decisions">
      {isUnderWay ? <AbortButton runId={run.id} /> : null}
      <Decided
        name="Generate missing"
        note={why ?? 'What is expired, invalid or missing.'}
        isPrimary={tokens.some(({ verdict }) => verdict !== 'VALID')}
        isLocked={why !== null || generate.isBusy}
        onPress={() => void generate.run({ mode: 'INVALID_ONLY', accountId: activeAccount.id })}
      />
      <CheckButton />
      <Decided
        name="Choose …"
        note={why ?? 'Only some of them.'}
        isLocked={why !== null}
        onPress={() => ask('CHOOSE')}
      />
      {nextOperations.includes('ACCEPT_PARTIAL') ? (
        <Decided
          name="Accept partial set …"
          note="Opens the gate until 03:30 IST."
          onPress={() => ask('ACCEPT')}
        />
      ) : null}
      <Decided
        name="Force regenerate all …"
        note={why ?? `Danger: all ${tokens.length} anew.`}
        isDanger
        isLocked={why !== null}
        onPress={() => ask('FORCE')}
      />
      <Decided name="Logout …" note="Danger: shuts the gate." isDanger onPress={() => ask('LOGOUT')} />
      <Refusal of={generate.refusal} />
    </div>
  );
};

/** Each reason is a fact that the API has told. */
const reasonOf = (isUnderWay: boolean, isCoolingDown: boolean, isQuarantined: boolean): string | null => {
  if (isQuarantined) return 'Locked by the quarantine.';
  if (isCoolingDown) return 'Locked until the cooldown ends.';
  return isUnderWay ? 'Locked: a run is under way.' : null;
};

interface DecidedProps {
  readonly name: string;
  readonly note: string;
  readonly isPrimary?: boolean;
  readonly isDanger?: boolean;
  readonly isLocked?: boolean;
  readonly onPress: () => void;
}

/** Locked ones stay in reach of the keyboard, so that their reason can be read. */
const Decided = ({ name, note, isPrimary, isDanger, isLocked = false, onPress }: DecidedProps) => (
  <div className="decided">
    <button
      type="button"
      className={isDanger ? 'danger' : isPrimary ? 'primary' : undefined}
      aria-disabled={isLocked}
      onClick={() => {
        if (!isLocked) onPress();
      }}
    >
      {name}
    </button>
    <span className="small">{note}</span>
  </div>
);

/** Asks the broker about every token, once each. The only button that makes the broker be asked. */
const CheckButton = () => {
  const store = usePageStore();
  const { activeAccount } = useDashboard();
  const [isAsked, setAsked] = useState(false);
  const [{ fetching, error }, execute] = useQuery({
    query: documentOf(TokenStatusDocument),
    variables: { accountId: activeAccount.id },
    pause: true,
  });
  const check = (): void => {
    setAsked(true);
    execute({ requestPolicy: 'network-only' });
    // The verdicts come with the events and this; the answer of the check itself is not kept twice.
    void store.dashboard.refresh();
  };
  return (
    <>
      <Decided
        name={isAsked && fetching ? 'Checking …' : 'Check with the broker'}
        note="Asks once about each token."
        isLocked={isAsked && fetching}
        onPress={check}
      />
      <Refusal of={error === undefined ? null : toRefusal(error)} />
    </>
  );
};
