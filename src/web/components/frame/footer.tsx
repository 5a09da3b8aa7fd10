import { useIntent } from '../../intent.tsx';
import { CommandLine } from './command-line.tsx';
import { Help } from './help.tsx';

export const Footer = () => {
  const { isHelpOpen, showHelp } = useIntent();
  return (
    <footer className="bottom">
      {isHelpOpen ? <Help /> : null}
      <div className="bar">
        <CommandLine />
        <button
          type="button"
          className="quiet"
          aria-expanded={isHelpOpen}
          onClick={() => showHelp(!isHelpOpen)}
        >
          <span className="key" aria-hidden="true">
            ?
          </span>{' '}
          Help
        </button>
      </div>
    </footer>
  );
};
