import { COMMANDS } from '../../actions/commands.ts';
import { VIEWS } from '../../router.ts';

const KEYS = [
  ['/', 'command line'],
  ['? or F1', 'this help'],
  ['Esc', 'take back what was not confirmed'],
  ...VIEWS.map(({ key, name }) => [key, name] as const),
] as const;

/** Opens above the command line and covers no data that cannot be scrolled to. */
export const Help = () => (
  <section className="help" aria-label="Help">
    <div>
      <h2 className="label">Keys</h2>
      <dl>
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </div>
    <div>
      <h2 className="label">Commands</h2>
      <dl>
        {COMMANDS.map(({ name, argument, summary }) => (
          <div key={name}>
            <dt>
              {name} {argument === undefined ? null : <i>{argument}</i>}
            </dt>
            <dd>{summary}</dd>
          </div>
        ))}
      </dl>
    </div>
    <p className="small">
      GraphiQL, for everything else: <a href="/graphql">/graphql</a>
    </p>
  </section>
);
