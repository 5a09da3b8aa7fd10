import {
  AssignRoleDocument,
  RolesDocument,
  type RolesQuery,
  YearlyTokensDocument,
  type YearlyTokensQuery,
} from '../../../sdk/index.ts';
import { VERDICT_WORDS } from '../../../sdk/words.ts';
import { useAction } from '../../actions/use-action.ts';
import { momentInIndia } from '../../format.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { Refusal } from '../refusal.tsx';
import { WideTable } from '../wide-table.tsx';
import { WordMark } from '../word.tsx';
import { AssignForm } from './assign-form.tsx';
import { ImportForm } from './import-form.tsx';

type Role = RolesQuery['roles'][number];
type Plan = Role['plans'][number];

/** What serves each role of the active account, what that costs it, and what could be done about an app that is rejected. */
export const RolesPanels = () => {
  const { activeAccount } = useDashboard();
  const mayAct = useMayAct();
  const of = { accountId: activeAccount.id };
  const { data, refusal, refresh } = useAnswer(RolesDocument, of);
  const yearly = useAnswer(YearlyTokensDocument, of);
  const roles = data?.roles ?? [];
  const onChanged = (): void => {
    refresh();
    yearly.refresh();
  };
  return (
    <>
      <Panel title="Roles">
        <Refusal of={refusal} />
        {roles.length === 0 ? null : (
          <WideTable
            name="What serves each role"
            columns={['Role', 'Credential', 'Token', 'Ends (IST)', 'What it loses']}
          >
            {roles.map((role) => (
              <RoleRow key={role.apiName} of={role} />
            ))}
          </WideTable>
        )}
        {roles.flatMap(({ plans }) =>
          plans.map((plan) => (
            <PlanLine
              key={`${plan.apiName} ${plan.credential}`}
              of={plan}
              mayAct={mayAct}
              onApplied={onChanged}
            />
          )),
        )}
        {(yearly.data?.yearlyTokens ?? []).map((token) => (
          <YearlyLine key={token.kind} of={token} />
        ))}
      </Panel>
      {mayAct && data !== null ? (
        <>
          <AssignForm onAssigned={onChanged} />
          <ImportForm onImported={onChanged} />
        </>
      ) : null}
    </>
  );
};

const RoleRow = ({ of: role }: { of: Role }) => (
  <tr>
    <th scope="row">{role.apiName}</th>
    <td>
      {role.credential}
      {role.sharedWith == null ? '' : ` with ${role.sharedWith}`}
    </td>
    <td>
      <WordMark of={VERDICT_WORDS[role.verdict]} />
    </td>
    <td className="number">{role.expiresAt == null ? '–' : momentInIndia(role.expiresAt)}</td>
    <td>{role.reason ?? 'nothing'}</td>
  </tr>
);

interface PlanProps {
  readonly of: Plan;
  readonly mayAct: boolean;
  readonly onApplied: () => void;
}

const PlanLine = ({ of: plan, mayAct, onApplied }: PlanProps) => {
  const { activeAccount } = useDashboard();
  const { run, isBusy, refusal } = useAction(AssignRoleDocument);
  const { apiName, credential, sharedWith } = plan;
  const apply = () =>
    run({ input: { accountId: activeAccount.id, apiName, credential, sharedWith } }).then(onApplied);
  return (
    <div className="note">
      <p>
        {plan.why}
        {plan.needs == null ? '' : ` Needs first: ${plan.needs}`}
      </p>
      {mayAct && plan.needs == null ? (
        <button type="button" disabled={isBusy} onClick={() => void apply()}>
          Serve {apiName} with {sharedWith == null ? credential : `the token of ${sharedWith}`}
        </button>
      ) : null}
      <Refusal of={refusal} />
    </div>
  );
};

const YearlyLine = ({ of: token }: { of: YearlyTokensQuery['yearlyTokens'][number] }) => (
  <p className="note">
    {token.kind} token {token.fingerprint},{' '}
    {token.expiresAt == null ? 'whose end is not known' : `until ${momentInIndia(token.expiresAt)} IST`}
    {token.inTokenTable ? ', also in upstox_tokens' : ''}.
  </p>
);
