import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

/** What the operator has asked for, and is asked about before it is done. */
export type Question = 'CHOOSE' | 'FORCE' | 'ACCEPT' | 'LOGOUT';

interface Intent {
  readonly question: Question | null;
  readonly ask: (question: Question | null) => void;
  readonly isHelpOpen: boolean;
  readonly showHelp: (isOpen: boolean) => void;
}

const IntentContext = createContext<Intent | null>(null);

/** What the keyboard and the buttons have opened. */
export const IntentProvider = ({ children }: { children: ReactNode }) => {
  const [question, ask] = useState<Question | null>(null);
  const [isHelpOpen, showHelp] = useState(false);
  const intent = useMemo(() => ({ question, ask, isHelpOpen, showHelp }), [question, isHelpOpen]);
  return <IntentContext value={intent}>{children}</IntentContext>;
};

export const useIntent = (): Intent => {
  const intent = useContext(IntentContext);
  if (intent === null) throw new Error('There is no intent around this part of the page.');
  return intent;
};
