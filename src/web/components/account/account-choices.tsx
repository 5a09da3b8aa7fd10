import * as Menu from '@radix-ui/react-dropdown-menu';
import { SwitchAccountDocument } from '../../../sdk/index.ts';
import { STATE_WORDS } from '../../../sdk/words.ts';
import { useAction } from '../../actions/use-action.ts';
import { useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Refusal } from '../refusal.tsx';
import { WordMark } from '../word.tsx';
import { ActiveAccount } from './active-account.tsx';

/** The menu itself; loaded, and open, once somebody wants it. */
export const AccountChoices = () => {
  const { accounts } = useDashboard();
  const mayAct = useMayAct();
  const { run, isBusy, refusal } = useAction(SwitchAccountDocument);
  return (
    <>
      <Menu.Root modal={false} defaultOpen>
        <Menu.Trigger className="account-trigger" aria-busy={isBusy}>
          <ActiveAccount />
        </Menu.Trigger>
        <Menu.Content className="menu" align="start" sideOffset={4} loop>
          <Menu.Label className="menu-note">
            {mayAct
              ? 'Another account locks the dashboard until its tokens are confirmed.'
              : 'A VIEWER does not switch accounts.'}
          </Menu.Label>
          {accounts.map((account) => (
            <Menu.Item
              key={account.id}
              className="menu-item"
              disabled={!mayAct || account.isActive}
              onSelect={() => void run({ accountId: account.id })}
            >
              <span aria-hidden="true">{account.isActive ? '●' : '○'}</span>
              <span>
                {account.name}
                {account.isActive ? ' (active)' : ''}
              </span>
              <span className="dim">{account.client ?? ''}</span>
              <WordMark of={STATE_WORDS[account.authState.state]} />
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Root>
      <Refusal of={refusal} />
    </>
  );
};
