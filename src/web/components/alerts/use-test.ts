import { useState } from 'react';
import { TestAlertChannelDocument, type TestAlertChannelMutation } from '../../../sdk/index.ts';
import { useAction } from '../../actions/use-action.ts';

type Result = TestAlertChannelMutation['testAlertChannel'];

/** Sends a test, and remembers what came of it. */
export const useTest = () => {
  const { run, isBusy, refusal } = useAction(TestAlertChannelDocument);
  const [result, show] = useState<Result | null>(null);
  return {
    isBusy,
    refusal,
    result,
    run: async (id: string): Promise<void> => {
      show(null);
      show((await run({ id }))?.testAlertChannel ?? null);
    },
  };
};
