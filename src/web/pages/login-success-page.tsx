import { useState } from 'react';
import { type ApiName, LoginSuccessDocument, type LoginSuccessQuery } from '../../sdk/index.ts';
import { Facts } from '../components/facts.tsx';
import { Panel } from '../components/panel.tsx';
import { Refusal } from '../components/refusal.tsx';
import { useAnswer } from '../state/use-answer.ts';
import { useDashboard } from '../state/use-page-store.ts';

type Success = NonNullable<LoginSuccessQuery['loginSuccess']>;

/** The facts of one API's login, as the broker told them; what is personal is masked. */
export const LoginSuccessPage = () => {
  const { activeAccount, tokens } = useDashboard();
  const [apiName, choose] = useState<ApiName>('PRIMARY');
  const { data, refusal, isAsking } = useAnswer(LoginSuccessDocument, {
    accountId: activeAccount.id,
    apiName,
  });
  const success = data?.loginSuccess ?? null;
  return (
    <div className="stack">
      <Panel
        title="Login success"
        aside={
          <fieldset className="tabs">
            <legend className="unseen">API</legend>
            {tokens.map((token) => (
              <button
                key={token.apiName}
                type="button"
                aria-pressed={token.apiName === apiName}
                onClick={() => choose(token.apiName)}
              >
                {token.apiName}
              </button>
            ))}
          </fieldset>
        }
      >
        <Refusal of={refusal} />
        {success === null ? (
          <p className="empty">
            {isAsking
              ? 'Being read …'
              : `${apiName} has no valid token, so there is nothing to show. Next: generate it.`}
          </p>
        ) : (
          <LoginFacts of={success} />
        )}
      </Panel>
    </div>
  );
};

const LoginFacts = ({ of: { apiName, message, profile, database } }: { of: Success }) => (
  <>
    <p className="banner" data-tone="good">
      <b>
        <span aria-hidden="true">✓</span> Login success
      </b>{' '}
      <span className="badge">{apiName}</span> {message}
    </p>
    <div className="cards">
      <section className="card" aria-labelledby="profile">
        <h3 id="profile">Profile</h3>
        <Facts
          isColumn
          of={[
            ['User', profile.userId],
            ['Name', profile.userName],
            ['E-mail', profile.email],
            ['Type', profile.userType],
            ['Broker', profile.broker],
            ['Account', profile.isActive ? '✓ active' : '✕ not active'],
            ['POA', profile.poa ? 'given' : 'not given'],
            ['DDPI', profile.ddpi ? 'given' : 'not given'],
          ]}
        />
      </section>
      <section className="card" aria-labelledby="may">
        <h3 id="may">May trade</h3>
        <Tags name="Exchanges" values={profile.exchanges} kind="chip" />
        <Tags name="Order types" values={profile.orderTypes} kind="tag" />
        <Tags name="Products" values={profile.products} kind="tag" />
      </section>
      <section className="card" aria-labelledby="stored">
        <h3 id="stored">Stored</h3>
        <Facts
          isColumn
          of={[
            ['File', database.path],
            ['Token', database.operation === 'INSERTED' ? 'inserted' : 'replaced an older one'],
            ['Active tokens', database.totalActiveTokens],
          ]}
        />
      </section>
    </div>
  </>
);

const Tags = ({ name, values, kind }: { name: string; values: readonly string[]; kind: 'chip' | 'tag' }) => (
  <>
    <h4 className="label">{name}</h4>
    <ul className="tags">
      {values.map((value) => (
        <li key={value} className={kind}>
          {value}
        </li>
      ))}
    </ul>
  </>
);
