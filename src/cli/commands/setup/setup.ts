import { type Command, EXIT } from '../../command.ts';

export const setup: Command = {
  name: 'setup',
  summary:
    'Make sure of a Chromium that starts: install one where there is none (UPSTOX_HEADLESS, VEGA_CHROMIUM_PATH).',
  examples: [{ line: 'vega-auth setup', says: 'once, after the installation' }],
  run: async ({ env, out, err, signal }) => {
    const { installChromium } = await import('../../../browser.ts');
    const { executablePath, source } = await installChromium({
      chromiumPath: env.VEGA_CHROMIUM_PATH?.trim() || undefined,
      headless: !/^(false|0)$/i.test(env.UPSTOX_HEADLESS?.trim() ?? ''),
      say: (line) => err.write(`${line}\n`),
      signal,
    });
    out.write(`Chromium: ${executablePath} (${source}), it launches.\n`);
    return EXIT.ALL_VALID;
  },
};
