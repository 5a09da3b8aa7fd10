import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { PageStore } from './state/page-store.ts';
import { applyTheme, savedTheme } from './theme.ts';

applyTheme(savedTheme());
const root = document.getElementById('page');
if (root !== null) createRoot(root).render(<App store={new PageStore()} />);
