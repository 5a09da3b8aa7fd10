import { useState } from 'react';
import { timeInIndia } from '../../format.ts';
import { navigate, usePath, VIEWS } from '../../router.ts';
import { useDashboard, useServerSecond } from '../../state/use-page-store.ts';
import { applyTheme, savedTheme, THEMES } from '../../theme.ts';
import { AccountMenu } from '../account/account-menu.tsx';
import { Facts } from '../facts.tsx';
import { ConnectionState } from './connection-state.tsx';
import { HealthStrip } from './health.tsx';

export const Header = () => (
  <header className="top">
    <a className="skip" href="#main">
      To the state
    </a>
    <div className="bar brand-bar">
      <p className="brand">
        <b>vega-auth</b> <span className="crumb">USER / ACCOUNT</span>
      </p>
      <Views />
      <div className="bar-end">
        <ConnectionState />
        <ServerTime />
        <ThemeSwitch />
      </div>
    </div>
    <div className="bar account-bar">
      <AccountMenu />
      <AccountFacts />
      <HealthStrip />
    </div>
  </header>
);

const Views = () => {
  const path = usePath();
  return (
    <nav aria-label="Views" className="views">
      {VIEWS.map((view) => (
        <a
          key={view.path}
          href={view.path}
          aria-current={path === view.path ? 'page' : undefined}
          aria-keyshortcuts={view.key}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            navigate(view.path);
          }}
        >
          <span className="key" aria-hidden="true">
            {view.key}
          </span>{' '}
          {view.name}
        </a>
      ))}
    </nav>
  );
};

const ServerTime = () => {
  const second = useServerSecond();
  return <time className="server-time">{second === null ? '--:--:--' : timeInIndia(second * 1000)} IST</time>;
};

const ThemeSwitch = () => {
  const [theme, choose] = useState(savedTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  return (
    <button
      type="button"
      className="quiet theme"
      aria-label={`Theme: ${theme}`}
      onClick={() => {
        applyTheme(next);
        choose(next);
      }}
    >
      <span aria-hidden="true">◐</span> <span className="theme-name">Theme: {theme}</span>
    </button>
  );
};

const AccountFacts = () => {
  const { activeAccount, caller } = useDashboard();
  return (
    <Facts
      of={[
        ['Client', activeAccount.client ?? 'not known yet'],
        ['Broker', activeAccount.broker],
        ['Plan', activeAccount.plan ?? 'not known yet'],
        ['You', caller.role],
      ]}
    />
  );
};
