import { type Choices, type Command, EXIT } from '../../command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_vega_auth() {
  local IFS=$'\\n'
  COMPREPLY=($(vega-auth completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _vega_auth vega-auth
`,
  zsh: `#compdef vega-auth
_vega_auth() {
  local -a found
  found=(\${(f)"$(vega-auth completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
compdef _vega_auth vega-auth
`,
  fish: `complete -c vega-auth -f -a '(vega-auth completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** The command that knows all others. */
export const completionOf = (root: Command): Command => ({
  name: 'completion',
  summary: 'Print a script that completes commands, options and names in a shell.',
  arguments: [
    {
      name: '<shell>',
      description: 'Which shell; `words` is what the scripts call.',
      choices: [...SHELLS, 'words'],
    },
    { name: '[line...]', description: 'What was typed so far.' },
  ],
  examples: [{ line: 'source <(vega-auth completion bash)', says: 'in .bashrc' }],
  run: async ({ out }, { shell, line }) => {
    const typed = Array.isArray(line) ? line : [];
    const script = SHELLS.find((each) => each === shell);
    out.write(script === undefined ? `${(await wordsFor(root, typed)).join('\n')}\n` : SCRIPTS[script]);
    return EXIT.ALL_VALID;
  },
});

/** What can stand in the place of the last word. */
export const wordsFor = async (root: Command, typed: readonly string[]): Promise<readonly string[]> => {
  const before = typed.slice(0, -1);
  const last = typed.at(-1) ?? '';
  const command = commandIn(root, before);
  const possible = [
    ...(await valuesOfOption(command, before.at(-1) ?? '')),
    ...(last.startsWith('-') ? flagsOf(command) : []),
  ];
  const names = (command.commands ?? []).map(({ name }) => name);
  const values = await Promise.all((command.arguments ?? []).map(({ choices }) => valuesOf(choices)));
  const all = possible.length > 0 ? possible : [...names, ...values.flat()];
  return all.filter((word) => word.startsWith(last) && (word === last || !before.includes(word)));
};

const commandIn = (root: Command, words: readonly string[]): Command => {
  const [word, ...rest] = words;
  if (word === undefined) return root;
  return commandIn(root.commands?.find(({ name }) => name === word) ?? root, rest);
};

const flagsOf = ({ options = [] }: Command): readonly string[] => [
  ...options.map(({ flags }) => flags.split(' ')[0] ?? flags),
  '--help',
];

const valuesOfOption = async ({ options = [] }: Command, flag: string): Promise<readonly string[]> => {
  const option = options.find(({ flags }) => flags.split(' ')[0] === flag);
  return valuesOf(option?.choices);
};

const valuesOf = async (choices: Choices | undefined): Promise<readonly string[]> =>
  typeof choices === 'function' ? choices() : (choices ?? []);
