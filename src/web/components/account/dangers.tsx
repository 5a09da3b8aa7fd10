import { useState } from 'react';
import { AcceptPartialDocument, GenerateTokensDocument, LogoutDocument } from '../../../sdk/index.ts';
import { useIntent } from '../../intent.tsx';
import { useDashboard } from '../../state/use-page-store.ts';
import { ConfirmByTyping } from './confirm-by-typing.tsx';

export const ForceAll = () => {
  const { activeAccount, tokens } = useDashboard();
  const { ask } = useIntent();
  return (
    <ConfirmByTyping
      phrase={activeAccount.name}
      act="Regenerate all"
      document={GenerateTokensDocument}
      variables={{ mode: 'ALL', accountId: activeAccount.id, replaceValid: true, includeUnknown: true }}
      onEnd={() => ask(null)}
    >
      <p>
        <b>Force regenerate all of {called(activeAccount)}:</b> {tokens.length} logins at the broker. Tokens
        that work now are replaced, and programs have to take the new ones.
      </p>
    </ConfirmByTyping>
  );
};

export const AcceptPartial = () => {
  const { activeAccount, tokens } = useDashboard();
  const { ask } = useIntent();
  const missing = tokens.flatMap(({ apiName, verdict }) =>
    verdict === 'VALID' ? [] : `${apiName} ${verdict.toLowerCase()}`,
  );
  return (
    <ConfirmByTyping
      phrase={activeAccount.name}
      act="Accept partial set"
      document={AcceptPartialDocument}
      variables={{ accountId: activeAccount.id }}
      onEnd={() => ask(null)}
    >
      <p>
        <b>Open the gate of {called(activeAccount)} without the rest:</b> {missing.join(', ')}. It holds until
        the next 03:30 IST and is written down.
      </p>
    </ConfirmByTyping>
  );
};

export const LogOut = () => {
  const { activeAccount } = useDashboard();
  const { ask } = useIntent();
  const [revoke, setRevoke] = useState(false);
  return (
    <ConfirmByTyping
      phrase={activeAccount.name}
      act="Logout"
      document={LogoutDocument}
      variables={{ accountId: activeAccount.id, revoke }}
      onEnd={() => ask(null)}
    >
      <p>
        <b>Log {called(activeAccount)} out:</b> the gate shuts and what is under way is aborted. A cooldown
        and a quarantine stay.
      </p>
      <label className="check">
        <input type="checkbox" checked={revoke} onChange={({ target }) => setRevoke(target.checked)} /> End
        the tokens at the broker, too
      </label>
    </ConfirmByTyping>
  );
};

/** Two accounts may have one name; their ids differ. */
const called = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  name === id ? id : `${name} (${id})`;
