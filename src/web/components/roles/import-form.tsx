import { ImportTokenDocument } from '../../../sdk/index.ts';
import { API_NAMES, IMPORTED_CREDENTIALS } from '../../../sdk/names.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { ActionForm } from '../action-form.tsx';
import { Field, textOf } from '../field.tsx';
import { Panel } from '../panel.tsx';
import { Choice } from './choice.tsx';

/** Takes in a token that was made by hand. It is sent once, and the form is empty afterwards. */
export const ImportForm = ({ onImported }: { onImported: () => void }) => {
  const { activeAccount } = useDashboard();
  const variablesOf = (given: FormData) => ({
    input: {
      accountId: activeAccount.id,
      credential: IMPORTED_CREDENTIALS.find((one) => one === given.get('kind')) ?? 'PASTED',
      apiNames: API_NAMES.filter((name) => given.getAll('apiNames').includes(name)),
      accessToken: textOf(given, 'accessToken') ?? '',
    },
  });
  return (
    <Panel title="Import a token made by hand">
      <ActionForm
        document={ImportTokenDocument}
        variablesOf={variablesOf}
        act="Verify and store"
        onDone={onImported}
        said={() => 'The broker confirmed it, and it is stored.'}
      >
        <Choice name="kind" label="Kind" of={IMPORTED_CREDENTIALS} />
        <Field
          name="accessToken"
          label="Access token"
          hint="It is stored once the broker has confirmed it, and is never shown again."
          isSecret
        />
        <fieldset className="field">
          <legend>Roles that it serves</legend>
          {API_NAMES.map((name) => (
            <label key={name}>
              <input type="checkbox" name="apiNames" value={name} /> {name}
            </label>
          ))}
        </fieldset>
      </ActionForm>
    </Panel>
  );
};
