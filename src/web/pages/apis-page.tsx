import { useState } from 'react';
import {
  ApiConfigsDocument,
  type ApiConfigsQuery,
  RemoveApiConfigDocument,
  SaveApiConfigDocument,
  SetApiConfigEnabledDocument,
} from '../../sdk/index.ts';
import { API_NAMES } from '../../sdk/names.ts';
import { useAction } from '../actions/use-action.ts';
import { ConfirmByTyping } from '../components/account/confirm-by-typing.tsx';
import { ActionForm } from '../components/action-form.tsx';
import { Field, textOf } from '../components/field.tsx';
import { Panel } from '../components/panel.tsx';
import { Refusal } from '../components/refusal.tsx';
import { RolesPanels } from '../components/roles/roles-panel.tsx';
import { WideTable } from '../components/wide-table.tsx';
import { useAnswer } from '../state/use-answer.ts';
import { useDashboard, useMayAct } from '../state/use-page-store.ts';

type ApiConfig = ApiConfigsQuery['apiConfigs'][number];

/** The API apps of the active account. Their secrets can be written and never read. */
export const ApisPage = () => {
  const { activeAccount } = useDashboard();
  const mayAct = useMayAct();
  const { data, refusal, refresh } = useAnswer(ApiConfigsDocument, { accountId: activeAccount.id });
  const configs = data?.apiConfigs ?? [];
  const [uri, ...otherUris] = new Set(configs.map(({ redirectUri }) => redirectUri));
  const isOneUri = otherUris.length === 0;
  const isOfEnvironment = configs.some(({ source }) => source === 'ENV');
  return (
    <div className="stack">
      <Panel title={`API apps of ${activeAccount.name}`}>
        <Refusal of={refusal} />
        {data === null ? <p className="empty">Being read …</p> : null}
        {data !== null && configs.length === 0 ? (
          <p className="empty">There is none yet. Next: add PRIMARY below.</p>
        ) : null}
        {configs.length === 0 ? null : (
          <WideTable
            name="API apps"
            columns={[
              ...['API', 'State', 'Client id'],
              ...(isOneUri ? [] : ['Redirect URI']),
              'From',
              ...(mayAct && !isOfEnvironment ? ['Change'] : []),
            ]}
          >
            {configs.map((config) => (
              <Row
                key={config.apiName}
                config={config}
                hasUri={!isOneUri}
                mayChange={mayAct && config.source === 'DATABASE'}
                onChanged={refresh}
              />
            ))}
          </WideTable>
        )}
        {isOneUri && uri !== undefined ? (
          <p className="note">
            Redirect URI of {configs.length === 1 ? 'it' : 'all of them'}: <code>{uri}</code>
          </p>
        ) : null}
        {isOfEnvironment ? (
          <p className="note">
            These come from the environment (UPSTOX_CLIENT_ID_n and so on): change them there and start again,
            or set LOGIN_CONFIG_SOURCE=DATABASE to keep them here.
          </p>
        ) : null}
        {mayAct ? null : <p className="note">You are a VIEWER: apps can be seen here and not changed.</p>}
      </Panel>
      {mayAct && data !== null && !isOfEnvironment ? <SaveForm onSaved={refresh} /> : null}
      <RolesPanels />
    </div>
  );
};

interface RowProps {
  readonly config: ApiConfig;
  readonly hasUri: boolean;
  readonly mayChange: boolean;
  readonly onChanged: () => void;
}

const Row = ({ config, hasUri, mayChange, onChanged }: RowProps) => {
  const { activeAccount } = useDashboard();
  const [isRemoving, setRemoving] = useState(false);
  const enable = useAction(SetApiConfigEnabledDocument);
  const of = { accountId: activeAccount.id, apiName: config.apiName };
  const end = (isDone: boolean): void => {
    setRemoving(false);
    if (isDone) onChanged();
  };
  return (
    <>
      <tr>
        <th scope="row">{config.apiName}</th>
        <td>{config.enabled ? '✓ enabled' : '– disabled'}</td>
        <td>{config.clientId}</td>
        {hasUri ? <td>{config.redirectUri}</td> : null}
        <td>{config.source}</td>
        {mayChange ? (
          <td>
            <div className="row">
              <button
                type="button"
                disabled={enable.isBusy}
                onClick={() => void enable.run({ ...of, enabled: !config.enabled }).then(onChanged)}
              >
                {config.enabled ? 'Disable' : 'Enable'} {config.apiName}
              </button>
              <button type="button" className="danger" onClick={() => setRemoving(true)}>
                Remove {config.apiName} …
              </button>
            </div>
            <Refusal of={enable.refusal} />
          </td>
        ) : null}
      </tr>
      {isRemoving ? (
        <tr className="sub">
          <td colSpan={6}>
            <ConfirmByTyping
              phrase={activeAccount.name}
              act={`Remove ${config.apiName}`}
              document={RemoveApiConfigDocument}
              variables={of}
              onEnd={end}
            >
              <p>
                <b>
                  Remove {config.apiName} of {activeAccount.name}.
                </b>{' '}
                Its token stays stored; its secret is gone.
              </p>
            </ConfirmByTyping>
          </td>
        </tr>
      ) : null}
    </>
  );
};

const SaveForm = ({ onSaved }: { onSaved: () => void }) => {
  const { activeAccount } = useDashboard();
  const variablesOf = (given: FormData) => ({
    input: {
      accountId: activeAccount.id,
      apiName: API_NAMES.find((name) => name === given.get('apiName')) ?? 'PRIMARY',
      clientId: textOf(given, 'clientId') ?? '',
      clientSecret: textOf(given, 'clientSecret'),
      redirectUri: textOf(given, 'redirectUri'),
    },
  });
  return (
    <Panel title="Add or change an app">
      <ActionForm
        document={SaveApiConfigDocument}
        variablesOf={variablesOf}
        act="Save"
        isPrimary
        onDone={onSaved}
        said={({ saveApiConfig }) => `${saveApiConfig.apiName} is stored.`}
      >
        <div className="field">
          <label htmlFor="api-name">API</label>
          <select id="api-name" name="apiName">
            {API_NAMES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
        <Field name="clientId" label="Client id" />
        <Field
          name="clientSecret"
          label="Client secret"
          hint="Needed for a new app; it can never be read back."
          isSecret
          isOptional
        />
        <Field name="redirectUri" label="Redirect URI" hint="The account’s if left empty." isOptional />
      </ActionForm>
    </Panel>
  );
};
