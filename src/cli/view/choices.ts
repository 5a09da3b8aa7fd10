import type { Report } from './status.ts';

export type Choice = Report['choices'][number];

export interface ChoiceLine {
  readonly label: string;
  /** What would be made. */
  readonly hint: string;
}

const TITLES: Readonly<Record<Choice['choice'], string>> = {
  ALL: '1. Generate ALL',
  INVALID_ONLY: '2. Generate ONLY invalid',
  SELECTED: '3. Generate selected',
  ABORT: '4. Abort',
};

/** As many are named; more are counted. */
const NAMED = 3;

/** The decision, as the desk knows it. */
export const choiceLine = ({ choice, apis, needsReplaceValid }: Choice): ChoiceLine => {
  if (choice === 'ABORT') return { label: TITLES[choice], hint: 'nothing is touched' };
  if (choice === 'SELECTED') return { label: TITLES[choice], hint: 'pick from the list' };
  const valid = apis.filter(({ verdict }) => verdict === 'VALID').length;
  const replaced = needsReplaceValid ? `, replaces ${valid} valid` : '';
  const names = apis.map(({ apiName }) => apiName).join(', ');
  const what = apis.length <= NAMED ? names : `${apis.length} tokens`;
  return { label: TITLES[choice], hint: apis.length === 0 ? 'nothing to make' : `${what}${replaced}` };
};
