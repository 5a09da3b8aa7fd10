import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

/** A danger that the operator has asked for and not confirmed yet. */
export type Danger = 'FORCE' | 'ACCEPT' | 'LOGOUT';

interface Intent {
  readonly danger: Danger | null;
  readonly ask: (danger: Danger | null) => void;
  readonly isHelpOpen: boolean;
  readonly showHelp: (isOpen: boolean) => void;
}

const IntentContext = createContext<Intent | null>(null);

/** What the keyboard and the buttons have opened. */
export const IntentProvider = ({ children }: { children: ReactNode }) => {
  const [danger, ask] = useState<Danger | null>(null);
  const [isHelpOpen, showHelp] = useState(false);
  const intent = useMemo(() => ({ danger, ask, isHelpOpen, showHelp }), [danger, isHelpOpen]);
  return <IntentContext value={intent}>{children}</IntentContext>;
};

export const useIntent = (): Intent => {
  const intent = useContext(IntentContext);
  if (intent === null) throw new Error('There is no intent around this part of the page.');
  return intent;
};
