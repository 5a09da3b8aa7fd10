import type { Terminal } from '../command.ts';

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

/** Some of several, by number or by name, comma separated: "1, 3". An empty answer takes `chosen`. */
export const askSome = async <Value extends string>(
  terminal: Terminal,
  message: string,
  offers: readonly Offer<Value>[],
  chosen: readonly Value[],
): Promise<readonly Value[] | null> => {
  const { text, isCancel } = await loaded();
  const names = offers.map(({ value }) => value);
  const width = Math.max(...names.map(({ length }) => length));
  const lines = offers.map(({ label, hint }, index) => `${index + 1}. ${label.padEnd(width)}  ${hint ?? ''}`);
  const given = names.flatMap((name, index) => (chosen.includes(name) ? String(index + 1) : [])).join(', ');
  const answer = await text({
    message: [`${message} Comma separated, such as 1, 3`, ...lines.map((line) => line.trimEnd())].join('\n'),
    ...(given === '' ? {} : { placeholder: given, defaultValue: given }),
    validate: (typed) => {
      const read = readChosen(names, typed?.trim() || given);
      return typeof read === 'string' ? read : undefined;
    },
    ...place(terminal),
  });
  if (isCancel(answer)) return null;
  const read = readChosen(names, answer);
  return typeof read === 'string' ? null : read;
};

/** Those that are named, each once and in the order of the list; in words what is wrong with the answer. */
export const readChosen = <Value extends string>(
  names: readonly Value[],
  answer: string,
): readonly Value[] | string => {
  const parts = answer.split(/[\s,]+/).filter(Boolean);
  if (parts.length === 0) return 'Give at least one, by number or by name.';
  const isMeant = (name: Value, part: string): boolean =>
    name === part.toUpperCase() || names.indexOf(name) + 1 === Number(part);
  const strange = parts.filter((part) => !names.some((name) => isMeant(name, part)));
  if (strange.length > 0) return `There is no ${strange.join(', ')}: give numbers from 1 to ${names.length}.`;
  return names.filter((name) => parts.some((part) => isMeant(name, part)));
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
