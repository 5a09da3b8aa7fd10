import type { Terminal } from './command.ts';

export interface Offer<Value> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** Every question answers null when it is left with Ctrl-C or Escape. Nothing is asked without a terminal. */
const loaded = () => import('@clack/prompts');

const place = ({ input, out }: Terminal) => ({
  input: input as NodeJS.ReadStream,
  output: out as NodeJS.WriteStream,
});

/** One of several. With `byItselfAfterMs` the first answer is taken when no key was touched by then. */
export const askChoice = async <Value extends string>(
  terminal: Terminal,
  message: string,
  offers: readonly Offer<Value>[],
  { first, byItselfAfterMs }: { readonly first?: Value; readonly byItselfAfterMs?: number } = {},
): Promise<Value | null> => {
  const { select, isCancel } = await loaded();
  const patience = new AbortController();
  const timer =
    byItselfAfterMs === undefined ? undefined : setTimeout(() => patience.abort(), byItselfAfterMs);
  // Whoever has touched a key is there, and is not hurried.
  const stay = () => clearTimeout(timer);
  terminal.input.once('data', stay);
  try {
    const answer = await select<string>({
      message,
      options: offers.map((offer) => ({ ...offer })),
      ...(first === undefined ? {} : { initialValue: first }),
      signal: patience.signal,
      ...place(terminal),
    });
    if (patience.signal.aborted) return first ?? null;
    return isCancel(answer) ? null : (answer as Value);
  } finally {
    stay();
    terminal.input.off('data', stay);
  }
};

/** Some of several. */
export const askSome = async <Value extends string>(
  terminal: Terminal,
  message: string,
  offers: readonly Offer<Value>[],
  chosen: readonly Value[],
): Promise<readonly Value[] | null> => {
  const { multiselect, isCancel } = await loaded();
  const answer = await multiselect<string>({
    message,
    options: offers.map((offer) => ({ ...offer })),
    initialValues: [...chosen],
    required: true,
    ...place(terminal),
  });
  return isCancel(answer) ? null : (answer as Value[]);
};

/** Yes or no; no unless somebody says yes. */
export const askWhether = async (terminal: Terminal, message: string): Promise<boolean> => {
  const { confirm, isCancel } = await loaded();
  const answer = await confirm({ message, initialValue: false, ...place(terminal) });
  return !isCancel(answer) && answer;
};

/** A secret, shown as dots. */
export const askSecret = async (terminal: Terminal, message: string): Promise<string | null> => {
  const { password, isCancel } = await loaded();
  const answer = await password({ message, ...place(terminal) });
  return isCancel(answer) ? null : answer;
};
