import { type FormEvent, useState } from 'react';
import { useClient } from 'urql';
import { COMMANDS } from '../../actions/commands.ts';
import { useIntent } from '../../intent.tsx';
import { useDashboard, useMayAct, usePageStore } from '../../state/use-page-store.ts';

const ID = 'command-line';

export const focusCommandLine = (): void => document.getElementById(ID)?.focus();

/** The keyboard's way to everything. */
export const CommandLine = () => {
  const [typed, type] = useState('');
  const [answer, setAnswer] = useState('');
  const client = useClient();
  const store = usePageStore();
  const dashboard = useDashboard();
  const mayAct = useMayAct();
  const { ask, showHelp } = useIntent();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const [name = '', ...rest] = typed.trim().replace(/^\//, '').split(/\s+/);
    if (name === '') return;
    const command = COMMANDS.find((one) => one.name === name.toLowerCase());
    if (command === undefined) return setAnswer(`There is no command ${name}. Type help.`);
    if (command.acts && !mayAct) return setAnswer(`Refused: a ${dashboard.caller.role} changes nothing.`);
    type('');
    setAnswer('…');
    setAnswer(await command.run({ client, dashboard, ask, showHelp }, rest.join(' ')));
    await store.dashboard.refresh();
  };
  return (
    <form className="command-line" onSubmit={(event) => void submit(event)}>
      <label htmlFor={ID}>
        <span aria-hidden="true">/</span>
        <span className="unseen">Command</span>
      </label>
      <input
        id={ID}
        value={typed}
        placeholder="Type a command: generate, check, help …"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        list="commands"
        onChange={({ target }) => type(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          type('');
          event.currentTarget.blur();
        }}
      />
      <datalist id="commands">
        {COMMANDS.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <output htmlFor={ID}>{answer}</output>
    </form>
  );
};
