import { useEffect } from 'react';
import { Provider } from 'urql';
import { headlineOf } from '../sdk/words.ts';
import { toRefusal } from './acts/refusal.ts';
import type { Desk } from './facts/desk.ts';
import { DeskContext, useDesk, useGlance, useGlanceAnswer, useLine } from './facts/use-desk.ts';
import { IntentProvider } from './intent.tsx';
import { LockedOut } from './pages/locked-out.tsx';
import { Opening } from './pages/opening.tsx';
import { View } from './pages/view.tsx';
import { Footer } from './parts/footer.tsx';
import { Header } from './parts/header.tsx';
import { HeadlineBar } from './parts/headline-bar.tsx';
import { LineBanner } from './parts/line-banner.tsx';
import { Milestones } from './parts/milestones.tsx';
import { useKeys } from './use-keys.ts';

export const App = ({ desk }: { desk: Desk }) => (
  <Provider value={desk.client}>
    <DeskContext value={desk}>
      <Door />
    </DeskContext>
  </Provider>
);

/** Nothing is shown to whoever is not let in, not even what was shown before. */
const Door = () => {
  const { data, error } = useGlanceAnswer();
  const line = useLine();
  const refusal = error === null ? null : toRefusal(error);
  if (line === 'DENIED' || refusal?.code === 'UNAUTHENTICATED' || refusal?.code === 'FORBIDDEN')
    return <LockedOut refusal={refusal} />;
  if (data === null) return <Opening refusal={refusal} />;
  return (
    <IntentProvider>
      <Terminal />
    </IntentProvider>
  );
};

const Terminal = () => {
  const { refresh } = useDesk();
  useKeys();
  useTitle();
  useEffect(() => {
    // A tab that slept may have heard nothing for long.
    const wake = () => document.visibilityState === 'visible' && refresh();
    document.addEventListener('visibilitychange', wake);
    return () => document.removeEventListener('visibilitychange', wake);
  }, [refresh]);
  return (
    <>
      <Header />
      <LineBanner />
      <main id="main">
        <HeadlineBar />
        <View />
      </main>
      <Footer />
      <Milestones />
    </>
  );
};

/** The tab tells the state, too. */
const useTitle = (): void => {
  const { activeAccount, authState, ready, tokens } = useGlance();
  const { glyph, word } = headlineOf({ ...authState, ready, tokens });
  const title = `${glyph} ${word} · gate ${ready ? 'open' : 'shut'} · ${activeAccount.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
};
