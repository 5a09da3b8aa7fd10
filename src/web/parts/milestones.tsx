import { GATE_WORDS, headlineOf } from '../../sdk/words.ts';
import { useGlance, useLine } from '../facts/use-desk.ts';
import { word } from '../line-words.ts';

/** What a screen reader hears: what was reached, never what ticks. */
export const Milestones = () => {
  const { authState, ready, tokens, tokenExpiry, activeAccount } = useGlance();
  const line = useLine();
  const headline = headlineOf({ ...authState, ready, tokens });
  const valid = tokens.filter(({ verdict }) => verdict === 'VALID').length;
  const urgent = tokenExpiry.filter(({ level }) => level !== 'GREEN');
  const said = [
    activeAccount.name,
    headline.word,
    (ready ? GATE_WORDS.open : GATE_WORDS.shut).word,
    `${valid} of ${tokens.length} tokens valid`,
    ...urgent.map(({ apiName, level }) => `${apiName} ${level.toLowerCase()}`),
    ...(line === 'LIVE' ? [] : [word(line).word]),
  ];
  return (
    <p role="status" className="unseen">
      {said.join('. ')}.
    </p>
  );
};
