import { useEffect } from 'react';
import { focusCommandLine } from './components/frame/command-line.tsx';
import { useIntent } from './intent.tsx';
import { navigate, VIEWS } from './router.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [role=menu]') !== null;

/** F-keys change the view, `/` goes to the command line, `?` helps, Escape takes back. */
export const useKeys = (): void => {
  const { isHelpOpen, showHelp, ask } = useIntent();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      const view = VIEWS.find(({ key }) => key === event.key);
      if (view !== undefined) {
        event.preventDefault();
        navigate(view.path);
      } else if (event.key === 'F1' || (event.key === '?' && !isTyping(event.target))) {
        event.preventDefault();
        showHelp(!isHelpOpen);
      } else if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        focusCommandLine();
      } else if (event.key === 'Escape') {
        showHelp(false);
        ask(null);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isHelpOpen, showHelp, ask]);
};
