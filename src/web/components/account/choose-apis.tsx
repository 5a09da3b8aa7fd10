import { type FormEvent, useState } from 'react';
import { type ApiName, GenerateTokensDocument } from '../../../sdk/index.ts';
import { VERDICT_WORDS, wouldReplaceIn } from '../../../sdk/words.ts';
import { useAction } from '../../actions/use-action.ts';
import { useIntent } from '../../intent.tsx';
import { useDashboard } from '../../state/use-page-store.ts';
import { Refusal } from '../refusal.tsx';
import { WordMark } from '../word.tsx';

/** Which tokens to make; what works, or may work, is replaced only when that is agreed to by name. */
export const ChooseApis = () => {
  const { activeAccount, tokens } = useDashboard();
  const { ask } = useIntent();
  const { run, isBusy, refusal } = useAction(GenerateTokensDocument);
  const [apiNames, choose] = useState<readonly ApiName[]>(() =>
    tokens.flatMap(({ apiName, verdict }) => (verdict === 'VALID' || verdict === 'UNKNOWN' ? [] : apiName)),
  );
  const [agreed, agree] = useState('');
  const chosen = tokens.filter(({ apiName }) => apiNames.includes(apiName));
  const wouldReplace = wouldReplaceIn(chosen);
  const isReady = chosen.length > 0 && agreed === wouldReplace && !isBusy;
  const generate = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    const done = await run({
      mode: 'PARTIAL',
      apiNames: [...apiNames],
      accountId: activeAccount.id,
      replaceValid: chosen.some(({ verdict }) => verdict === 'VALID'),
      includeUnknown: chosen.some(({ verdict }) => verdict === 'UNKNOWN'),
    });
    if (done) ask(null);
  };
  return (
    <form className="choose" onSubmit={(event) => void generate(event)}>
      <fieldset>
        <legend>Which tokens of {activeAccount.name} to make</legend>
        {tokens.map(({ apiName, verdict }) => (
          <label className="check" key={apiName}>
            <input
              type="checkbox"
              checked={apiNames.includes(apiName)}
              onChange={({ target }) =>
                choose((before) =>
                  target.checked ? [...before, apiName] : before.filter((name) => name !== apiName),
                )
              }
            />
            {apiName} <WordMark of={VERDICT_WORDS[verdict]} />
          </label>
        ))}
      </fieldset>
      {wouldReplace === '' ? null : (
        <label className="check">
          <input
            type="checkbox"
            checked={agreed === wouldReplace}
            onChange={({ target }) => agree(target.checked ? wouldReplace : '')}
          />
          Replace {wouldReplace}
        </label>
      )}
      <div className="row">
        <button type="submit" className={wouldReplace === '' ? 'primary' : 'danger'} disabled={!isReady}>
          Generate these
        </button>
        <button type="button" onClick={() => ask(null)}>
          Cancel
        </button>
      </div>
      <Refusal of={refusal} />
    </form>
  );
};
