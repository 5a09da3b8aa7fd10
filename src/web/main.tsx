import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Desk } from './facts/desk.ts';
import { applyTheme, savedTheme } from './theme.ts';

applyTheme(savedTheme());
const root = document.getElementById('page');
if (root !== null) createRoot(root).render(<App desk={new Desk()} />);
