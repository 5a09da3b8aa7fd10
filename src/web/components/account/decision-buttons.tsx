import { useId, useState } from 'react';
import { useQuery } from 'urql';
import { GenerateTokensDocument, StartLoginDocument, TokenStatusDocument } from '../../../sdk/index.ts';
import { isUnderWay, lockOf, lockOfRuns, nothingMissing } from '../../actions/locks.ts';
import { toRefusal } from '../../actions/refusal.ts';
import { useAction } from '../../actions/use-action.ts';
import { useIntent } from '../../intent.tsx';
import { documentOf } from '../../state/typed-document.ts';
import { useDashboard, usePageStore } from '../../state/use-page-store.ts';
import { Refusal } from '../refusal.tsx';
import { AbortButton } from '../run/abort-button.tsx';

export const DecisionButtons = () => {
  const dashboard = useDashboard();
  const { activeAccount, authState, tokens } = dashboard;
  const { ask } = useIntent();
  const login = useAction(StartLoginDocument);
  const generate = useAction(GenerateTokensDocument);
  const id = useId();
  const lock = lockOfRuns(dashboard);
  const nothing = nothingMissing(dashboard);
  const locked = { isLocked: lock !== null, lockId: lock === null ? undefined : id };
  const accountId = activeAccount.id;
  const isLogin = authState.state === 'IDLE';
  const isBusy = login.isBusy || generate.isBusy;
  return (
    <div className="decisions">
      {authState.run != null && isUnderWay(dashboard) ? <AbortButton runId={authState.run.id} /> : null}
      {lock === null ? null : (
        <p className="small lock" id={id}>
          {lock}
        </p>
      )}
      {isLogin ? (
        <Decided
          {...locked}
          name="Log in"
          note={nothing === null ? 'Generates what is missing.' : 'Opens the gate if all is valid.'}
          isPrimary
          isLocked={lock !== null || isBusy}
          onPress={() => void login.run({ accountId })}
        />
      ) : null}
      <Decided
        {...locked}
        name="Generate missing"
        note={nothing ?? 'What is expired, invalid or missing.'}
        isPrimary={!isLogin && nothing === null}
        isLocked={lock !== null || nothing !== null || isBusy}
        onPress={() => void generate.run({ mode: 'INVALID_ONLY', accountId })}
      />
      <CheckButton />
      <Decided {...locked} name="Choose …" note="Only some of them." onPress={() => ask('CHOOSE')} />
      {lockOf('ACCEPT', dashboard) === null ? (
        <Decided
          name="Accept partial set …"
          note="Opens the gate until 03:30 IST."
          onPress={() => ask('ACCEPT')}
        />
      ) : null}
      <Decided
        {...locked}
        name="Force regenerate all …"
        note={`Danger: all ${tokens.length} anew.`}
        isDanger
        onPress={() => ask('FORCE')}
      />
      <Decided name="Logout …" note="Danger: shuts the gate." isDanger onPress={() => ask('LOGOUT')} />
      <Refusal of={login.refusal ?? generate.refusal} />
    </div>
  );
};

interface DecidedProps {
  readonly name: string;
  readonly note: string;
  readonly isPrimary?: boolean;
  readonly isDanger?: boolean;
  readonly isLocked?: boolean;
  /** Where the reason stands that locks several buttons; the note of each is left out then. */
  readonly lockId?: string | undefined;
  readonly onPress: () => void;
}

/** Locked ones stay in reach of the keyboard, so that their reason can be read. */
const Decided = ({ name, note, isPrimary, isDanger, isLocked = false, lockId, onPress }: DecidedProps) => (
  <div className="decided">
    <button
      type="button"
      className={isDanger ? 'danger' : isPrimary ? 'primary' : undefined}
      aria-disabled={isLocked}
      aria-describedby={lockId}
      onClick={() => {
        if (!isLocked) onPress();
      }}
    >
      {name}
    </button>
    {lockId === undefined ? <span className="small">{note}</span> : null}
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
