import { useHeadline } from '../../state/use-headline.ts';
import { useDashboard } from '../../state/use-page-store.ts';

/** What a screen reader hears: what was reached, never what ticks. */
export const Milestones = () => {
  const { tokens, tokenExpiry, activeAccount } = useDashboard();
  const { headline, gate } = useHeadline();
  const valid = tokens.filter(({ verdict }) => verdict === 'VALID').length;
  const urgent = tokenExpiry.filter(({ level }) => level !== 'GREEN');
  const said = [
    activeAccount.name,
    headline.word,
    gate.word,
    `${valid} of ${tokens.length} tokens valid`,
    ...urgent.map(({ apiName, level }) => `${apiName} ${level.toLowerCase()}`),
  ];
  return (
    <p role="status" className="unseen">
      {said.join('. ')}.
    </p>
  );
};
