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

/** How far a key moves the choice. */
const MOVES: Readonly<Record<string, number>> = {
  up: -1,
  left: -1,
  k: -1,
  h: -1,
  down: 1,
  right: 1,
  j: 1,
  l: 1,
};

interface ChoiceOptions<Value> {
  readonly first: Value;
  /** Take the first one when no key was touched by then. */
  readonly byItselfAfterSeconds?: number;
}

/** One of several, chosen with the arrows or with its number. */
export const askChoice = async <Value extends string>(
  terminal: Terminal,
  message: string,
  offers: readonly Offer<Value>[],
  { first, byItselfAfterSeconds = 0 }: ChoiceOptions<Value>,
): Promise<Value | null> => {
  const { select, isCancel } = await loaded();
  const { input } = terminal;
  const press = (name: string) => input.emit('keypress', '', { name });
  let index = offers.findIndex(({ value }) => value === first);
  let secondsLeft = byItselfAfterSeconds;
  const ticking =
    byItselfAfterSeconds === 0
      ? undefined
      : setInterval(() => {
          secondsLeft -= 1;
          press(secondsLeft === 0 ? 'return' : 'a second has gone by');
        }, 1000);
  const onKey = (text: string | undefined, key: { readonly name?: string }) => {
    if (text === '') return;
    // Whoever has touched a key is there, and is not hurried.
    clearInterval(ticking);
    secondsLeft = 0;
    index += MOVES[key.name ?? ''] ?? 0;
    const wanted = Number(text) - 1;
    if (offers[wanted] === undefined) return;
    for (; ((index % offers.length) + offers.length) % offers.length !== wanted; index += 1) press('down');
    press('return');
  };
  input.on('keypress', onKey);
  try {
    const answer = await select<string>({
      get message() {
        return secondsLeft > 0 ? `${message} (${index + 1} by itself in ${secondsLeft} s)` : message;
      },
      options: offers.map((offer) => ({ ...offer })),
      initialValue: first,
      ...place(terminal),
    });
    return isCancel(answer) ? null : (answer as Value);
  } finally {
    clearInterval(ticking);
    input.off('keypress', onKey);
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

/** What is wrong with an answer, said where it was given; undefined when nothing is. */
export type Validate = (answer: string | undefined) => string | undefined;

/** A line of text. */
export const askText = async (
  terminal: Terminal,
  message: string,
  options: { readonly validate: Validate; readonly placeholder?: string },
): Promise<string | null> => {
  const { text, isCancel } = await loaded();
  const answer = await text({ message, ...options, ...place(terminal) });
  return isCancel(answer) ? null : (answer ?? '');
};

/** A secret, shown as dots. */
export const askSecret = async (
  terminal: Terminal,
  message: string,
  options: { readonly validate?: Validate } = {},
): Promise<string | null> => {
  const { password, isCancel } = await loaded();
  const answer = await password({ message, clearOnError: true, ...options, ...place(terminal) });
  return isCancel(answer) ? null : answer;
};
