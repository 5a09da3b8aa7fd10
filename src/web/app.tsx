import { useEffect } from 'react';
import { Provider } from 'urql';
import { toRefusal } from './actions/refusal.ts';
import { Footer } from './components/frame/footer.tsx';
import { Header } from './components/frame/header.tsx';
import { HeadlineBar } from './components/frame/headline-bar.tsx';
import { Milestones } from './components/frame/milestones.tsx';
import { IntentProvider } from './intent.tsx';
import { LockedOut } from './pages/locked-out.tsx';
import { Opening } from './pages/opening.tsx';
import { View } from './pages/view.tsx';
import type { PageStore } from './state/page-store.ts';
import { useHeadline } from './state/use-headline.ts';
import {
  PageStoreContext,
  useConnection,
  useDashboard,
  useDashboardAnswer,
  usePageStore,
} from './state/use-page-store.ts';
import { useKeys } from './use-keys.ts';

export const App = ({ store }: { store: PageStore }) => (
  <Provider value={store.client}>
    <PageStoreContext value={store}>
      <Door />
    </PageStoreContext>
  </Provider>
);

/** Nothing is shown to whoever is not let in, not even what was shown before. */
const Door = () => {
  const { data, error } = useDashboardAnswer();
  const connection = useConnection();
  const refusal = error === null ? null : toRefusal(error);
  if (connection === 'DENIED' || refusal?.code === 'UNAUTHENTICATED' || refusal?.code === 'FORBIDDEN')
    return <LockedOut refusal={refusal} />;
  if (data === null) return <Opening refusal={refusal} />;
  return (
    <IntentProvider>
      <Terminal />
    </IntentProvider>
  );
};

const Terminal = () => {
  const { refresh } = usePageStore();
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
  const { activeAccount } = useDashboard();
  const { headline, gate } = useHeadline();
  const title = `${headline.glyph} ${headline.word} · ${gate.word.toLowerCase()} · ${activeAccount.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
};
