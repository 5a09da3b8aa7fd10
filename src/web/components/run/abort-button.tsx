import { AbortGenerationDocument } from '../../../sdk/index.ts';
import { useAction } from '../../actions/use-action.ts';
import { Refusal } from '../refusal.tsx';

export const AbortButton = ({ runId }: { runId: string }) => {
  const { run, isBusy, refusal } = useAction(AbortGenerationDocument);
  return (
    <div className="decided">
      <button type="button" disabled={isBusy} onClick={() => void run({ runId })}>
        Abort this run
      </button>
      <span className="small">At the next safe point.</span>
      <Refusal of={refusal} />
    </div>
  );
};
