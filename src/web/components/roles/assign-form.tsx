import { AssignRoleDocument } from '../../../sdk/index.ts';
import { API_NAMES, ROLE_CREDENTIALS } from '../../../sdk/names.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { ActionForm } from '../action-form.tsx';
import { Panel } from '../panel.tsx';
import { Choice } from './choice.tsx';

/** Chooses what serves a role; the server says what does not go. */
export const AssignForm = ({ onAssigned }: { onAssigned: () => void }) => {
  const { activeAccount } = useDashboard();
  const variablesOf = (given: FormData) => ({
    input: {
      accountId: activeAccount.id,
      apiName: API_NAMES.find((name) => name === given.get('role')) ?? 'PRIMARY',
      credential: ROLE_CREDENTIALS.find((one) => one === given.get('credential')) ?? 'LOGIN',
      sharedWith: API_NAMES.find((name) => name === given.get('sharedWith')) ?? null,
    },
  });
  return (
    <Panel title="Choose what serves a role">
      <ActionForm
        document={AssignRoleDocument}
        variablesOf={variablesOf}
        act="Assign"
        onDone={onAssigned}
        said={({ assignRole }) => `${assignRole.apiName} is ${assignRole.credential}.`}
      >
        <Choice name="role" label="Role" of={API_NAMES} />
        <Choice name="credential" label="Credential" of={ROLE_CREDENTIALS} />
        <Choice name="sharedWith" label="With SHARED: the token of" of={['–', ...API_NAMES]} />
      </ActionForm>
    </Panel>
  );
};
