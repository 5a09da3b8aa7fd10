import { useState } from 'react';
import {
  AccessKeysDocument,
  type AccessKeysQuery,
  CreateAccessKeyDocument,
  EndSessionsDocument,
  RevokeAccessKeyDocument,
  TokenLeasesDocument,
} from '../../sdk/index.ts';
import { ROLES } from '../../sdk/names.ts';
import { closeSession } from '../../sdk/open-session.ts';
import { ConfirmByTyping } from '../components/account/confirm-by-typing.tsx';
import { ActionForm } from '../components/action-form.tsx';
import { Field, textOf } from '../components/field.tsx';
import { Panel } from '../components/panel.tsx';
import { Refusal } from '../components/refusal.tsx';
import { WideTable } from '../components/wide-table.tsx';
import { momentInIndia } from '../format.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useDashboard, useMayAct } from '../state/use-page-store.ts';

type AccessKey = AccessKeysQuery['accessKeys'][number];

/** Who may come in, and who runs on which token. */
export const KeysPage = () => {
  const mayAct = useMayAct();
  return (
    <div className="stack">
      {mayAct ? (
        <>
          <Keys />
          <Sessions />
        </>
      ) : (
        <Panel title="Access keys">
          <p className="note">You are a VIEWER: only an OPERATOR sees and changes keys.</p>
          <LogOut />
        </Panel>
      )}
      <Leases />
    </div>
  );
};

const Keys = () => {
  const { data, refusal, refresh } = useAnswer(AccessKeysDocument, {});
  const keys = data?.accessKeys ?? [];
  return (
    <>
      <Panel title="Access keys">
        <Refusal of={refusal} />
        {data !== null && keys.length === 0 ? <p className="empty">No key was made yet.</p> : null}
        {keys.length === 0 ? null : (
          <WideTable name="List of access keys" columns={['Name', 'Role', 'For', 'Made', 'State']}>
            {keys.map((key) => (
              <KeyRow key={key.id} of={key} onChanged={refresh} />
            ))}
          </WideTable>
        )}
      </Panel>
      <CreateForm onCreated={refresh} />
    </>
  );
};

const KeyRow = ({ of: key, onChanged }: { of: AccessKey; onChanged: () => void }) => {
  const [isRevoking, setRevoking] = useState(false);
  const end = (isDone: boolean): void => {
    setRevoking(false);
    if (isDone) onChanged();
  };
  return (
    <>
      <tr>
        <th scope="row">{key.name}</th>
        <td>{key.role}</td>
        <td>
          {key.accountId ?? 'every account'}
          {key.apiNames == null ? '' : `: ${key.apiNames.join(', ')}`}
        </td>
        <td className="number">{momentInIndia(key.createdAt)}</td>
        <td>
          {key.revokedAt == null ? (
            <button type="button" className="danger" onClick={() => setRevoking(true)}>
              Revoke {key.name} …
            </button>
          ) : (
            <span>✕ revoked {momentInIndia(key.revokedAt)}</span>
          )}
        </td>
      </tr>
      {isRevoking && key.revokedAt == null ? (
        <tr className="sub">
          <td colSpan={5}>
            <ConfirmByTyping
              phrase={key.name}
              act="Revoke key"
              document={RevokeAccessKeyDocument}
              variables={{ id: key.id }}
              onEnd={end}
            >
              <p>
                <b>Revoke {key.name}</b> ({key.accountId ?? 'every account'}): its streams and pages end at
                once, for good.
              </p>
            </ConfirmByTyping>
          </td>
        </tr>
      ) : null}
    </>
  );
};

const CreateForm = ({ onCreated }: { onCreated: () => void }) => {
  const [secret, show] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const variablesOf = (given: FormData) => ({
    input: {
      name: textOf(given, 'name') ?? '',
      role: ROLES.find((one) => one === given.get('role')) ?? 'VIEWER',
    },
  });
  return (
    <Panel title="Make a key">
      <ActionForm
        document={CreateAccessKeyDocument}
        variablesOf={variablesOf}
        act="Make key"
        isPrimary
        onDone={({ createAccessKey }) => {
          show({ name: createAccessKey.key.name, text: createAccessKey.secret });
          onCreated();
        }}
      >
        <Field name="name" label="Name" hint="Who will hold it." />
        <div className="field">
          <label htmlFor="role">Role</label>
          <select id="role" name="role" defaultValue="SERVICE">
            {ROLES.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
          <span className="small">SERVICE is handed tokens, VIEWER reads, OPERATOR acts.</span>
        </div>
      </ActionForm>
      {secret === null ? null : (
        <div className="banner" data-tone="warn" role="status">
          <p>
            <b>The key of {secret.name}</b>, told once and never again. Keep it now:
          </p>
          <p className="row">
            <code className="secret">{secret.text}</code>
            <button type="button" onClick={() => void navigator.clipboard?.writeText(secret.text)}>
              Copy
            </button>
            <button type="button" onClick={() => show(null)}>
              I have it
            </button>
          </p>
        </div>
      )}
    </Panel>
  );
};

const Sessions = () => {
  const { activeAccount } = useDashboard();
  const [isEnding, setEnding] = useState(false);
  return (
    <Panel title="Browsers">
      {isEnding ? (
        <ConfirmByTyping
          phrase={activeAccount.name}
          act="Send every browser away"
          document={EndSessionsDocument}
          variables={{}}
          onEnd={() => setEnding(false)}
        >
          <p>
            <b>End every browser’s session</b>, this one included, for {activeAccount.name} and every other
            account.
          </p>
        </ConfirmByTyping>
      ) : (
        <div className="row">
          <LogOut />
          <button type="button" className="danger" onClick={() => setEnding(true)}>
            End every browser’s session …
          </button>
        </div>
      )}
    </Panel>
  );
};

const LogOut = () => (
  <button type="button" onClick={() => void closeSession().finally(() => location.reload())}>
    Log this browser out
  </button>
);

const Leases = () => {
  const { activeAccount } = useDashboard();
  const { data, refusal } = useAnswer(TokenLeasesDocument, { accountId: activeAccount.id });
  const leases = data?.tokenLeases ?? [];
  return (
    <Panel title={`Tokens of ${activeAccount.name} in the hands of programs`}>
      <Refusal of={refusal} />
      {leases.length === 0 ? (
        <p className="empty">{data === null ? 'Being read …' : 'No program was handed a token yet.'}</p>
      ) : (
        <WideTable name="Tokens in the hands of programs" columns={['Key', 'API', 'Version', 'Handed over']}>
          {leases.map((lease) => (
            <tr key={`${lease.keyId} ${lease.apiName}`}>
              <th scope="row">{lease.keyName}</th>
              <td>{lease.apiName}</td>
              <td>
                {lease.version} {lease.isPresent ? '✓ present' : '⚠ replaced since'}
              </td>
              <td className="number">{momentInIndia(lease.leasedAt)}</td>
            </tr>
          ))}
        </WideTable>
      )}
    </Panel>
  );
};
