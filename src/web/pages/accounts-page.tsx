import { useState } from 'react';
import {
  AccountsDocument,
  type AccountsQuery,
  AddAccountDocument,
  RemoveAccountDocument,
  RenameAccountDocument,
  SwitchAccountDocument,
  UpdateAccountCredentialsDocument,
} from '../../sdk/index.ts';
import { STATE_WORDS } from '../../sdk/words.ts';
import { useAction } from '../actions/use-action.ts';
import { ConfirmByTyping } from '../components/account/confirm-by-typing.tsx';
import { ActionForm } from '../components/action-form.tsx';
import { Field, textOf } from '../components/field.tsx';
import { Panel } from '../components/panel.tsx';
import { Refusal } from '../components/refusal.tsx';
import { WordMark } from '../components/word.tsx';
import { useAnswer } from '../state/use-answer.ts';
import { useMayAct } from '../state/use-page-store.ts';

type Account = AccountsQuery['accounts'][number];
type Change = 'RENAME' | 'CREDENTIALS' | 'REMOVE' | null;

/** Every broker login. What one logs in with can be written and never read. */
export const AccountsPage = () => {
  const mayAct = useMayAct();
  const { data, refusal, refresh } = useAnswer(AccountsDocument, {});
  return (
    <div className="stack">
      <Panel title="Accounts">
        <Refusal of={refusal} />
        {data === null ? <p className="empty">Being read …</p> : null}
        <ul className="account-list">
          {data?.accounts.map((account) => (
            <AccountItem key={account.id} account={account} onChanged={refresh} />
          ))}
        </ul>
        {mayAct ? null : <p className="note">You are a VIEWER: accounts can be seen here and not changed.</p>}
      </Panel>
      {mayAct ? <AddForm onAdded={refresh} /> : null}
    </div>
  );
};

const AccountItem = ({ account, onChanged }: { account: Account; onChanged: () => void }) => {
  const mayAct = useMayAct();
  const [change, begin] = useState<Change>(null);
  const switching = useAction(SwitchAccountDocument);
  const end = (isDone: boolean): void => {
    begin(null);
    if (isDone) onChanged();
  };
  const done = (): void => end(true);
  return (
    <li className="account-item">
      <div className="row">
        <b>{account.name}</b>
        {account.name === account.id ? null : <span className="dim">{account.id}</span>}
        {account.isActive ? <span className="badge">● ACTIVE</span> : null}
        <WordMark of={STATE_WORDS[account.authState.state]} />
        <span className="dim">
          Client {account.client ?? 'not known yet'} · {account.broker} · Plan{' '}
          {account.plan ?? 'not known yet'} · from {account.source ?? 'nowhere any more'}
        </span>
      </div>
      {mayAct ? (
        <div className="row">
          {account.isActive ? null : (
            <button
              type="button"
              disabled={switching.isBusy}
              onClick={() => void switching.run({ accountId: account.id }).then(onChanged)}
            >
              Switch to {account.name}
            </button>
          )}
          <button type="button" onClick={() => begin('RENAME')}>
            Rename {account.name}
          </button>
          {account.source === 'DATABASE' ? (
            <>
              <button type="button" onClick={() => begin('CREDENTIALS')}>
                Credentials of {account.name}
              </button>
              <button type="button" className="danger" onClick={() => begin('REMOVE')}>
                Remove {account.name} …
              </button>
            </>
          ) : null}
        </div>
      ) : null}
      <Refusal of={switching.refusal} />
      {change === 'RENAME' ? <Rename account={account} onDone={done} /> : null}
      {change === 'CREDENTIALS' ? <Credentials account={account} onDone={done} /> : null}
      {change === 'REMOVE' ? <Remove account={account} onEnd={end} /> : null}
    </li>
  );
};

interface ChangeProps {
  readonly account: Account;
  readonly onDone: () => void;
}

const Rename = ({ account, onDone }: ChangeProps) => (
  <ActionForm
    document={RenameAccountDocument}
    variablesOf={(given) => ({ accountId: account.id, name: textOf(given, 'name') ?? '' })}
    act="Rename"
    onDone={onDone}
  >
    <Field name="name" label={`New name of ${account.name}`} defaultValue={account.name} />
  </ActionForm>
);

const CREDENTIALS = (
  <>
    <Field name="mobileNumber" label="Mobile number" hint="Ten digits, with or without +91." isSecret />
    <Field name="pin" label="PIN" hint="Six digits." isSecret />
    <Field name="totpSecret" label="TOTP secret" hint="Base32, or the whole otpauth:// link." isSecret />
    <Field name="redirectUri" label="Redirect URI" hint="As registered at the broker." />
  </>
);

const credentialsOf = (given: FormData) => ({
  mobileNumber: textOf(given, 'mobileNumber') ?? '',
  pin: textOf(given, 'pin') ?? '',
  totpSecret: textOf(given, 'totpSecret') ?? '',
  redirectUri: textOf(given, 'redirectUri') ?? '',
});

const Credentials = ({ account, onDone }: ChangeProps) => (
  <ActionForm
    document={UpdateAccountCredentialsDocument}
    variablesOf={(given) => ({ input: { accountId: account.id, ...credentialsOf(given) } })}
    act={`Replace the credentials of ${account.name}`}
    onDone={onDone}
  >
    {CREDENTIALS}
  </ActionForm>
);

const Remove = ({ account, onEnd }: { account: Account; onEnd: (isDone: boolean) => void }) => (
  <ConfirmByTyping
    phrase={account.name}
    act="Remove account"
    document={RemoveAccountDocument}
    variables={{ accountId: account.id }}
    onEnd={onEnd}
  >
    <p>
      <b>Remove {account.name}</b> with its API apps and credentials. They can never be read back.
    </p>
  </ConfirmByTyping>
);

const AddForm = ({ onAdded }: { onAdded: () => void }) => (
  <Panel title="Add an account">
    <ActionForm
      document={AddAccountDocument}
      variablesOf={(given) => ({ input: { name: textOf(given, 'name'), ...credentialsOf(given) } })}
      act="Add account"
      isPrimary
      onDone={onAdded}
      said={({ addAccount }) =>
        `${addAccount.name} is stored. Next: switch to it and add its apps under APIs (F8).`
      }
    >
      <Field name="name" label="Name" hint="Its id if left empty." isOptional />
      {CREDENTIALS}
    </ActionForm>
  </Panel>
);
