import { useEffect } from 'react';
import { Provider } from 'urql';
import { toRefusal } from './acts/refusal.ts';
import type { Desk } from './facts/desk.ts';
import { DeskContext, useDesk, useGlance, useGlanceAnswer, useLine } from './facts/use-desk.ts';
import { useHeadline } from './facts/use-headline.ts';
import { IntentProvider } from './intent.tsx';
import { LockedOut } from './pages/locked-out.tsx';
import { Opening } from './pages/opening.tsx';
import { View } from './pages/view.tsx';
import { Footer } from './parts/footer.tsx';
import { Header } from './parts/header.tsx';
import { HeadlineBar } from './parts/headline-bar.tsx';
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
  const { isSure } = useHeadline();
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
      <main id="main" data-sure={isSure}>
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
  const { activeAccount } = useGlance();
  const { headline, gate } = useHeadline();
  const title = `${headline.glyph} ${headline.word} · ${gate.word.toLowerCase()} · ${activeAccount.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
};
