import type { CapabilitiesQuery } from '../../sdk/index.ts';
import { CAPABILITY_WORDS, PROBE_WORDS } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, wrap } from './look.ts';
import { renderTable } from './table.ts';
import { inIst } from './times.ts';

export type RoleCapability = CapabilitiesQuery['capabilities'][number];

/** What each role's token can do, and what to do about the rest. */
export const renderCapabilities = (
  capabilities: readonly RoleCapability[],
  look: Look,
): readonly string[] => [
  ...renderTable(
    [
      { title: 'ROLE' },
      { title: 'CAPABILITY' },
      { title: 'ASKED FOR', dispensable: 1 },
      { title: 'WHEN (IST)', dispensable: 2 },
    ],
    capabilities.map(({ apiName, result, probe, checkedAt }) => {
      const { glyph, word, tone } = CAPABILITY_WORDS[result];
      const when = checkedAt === null ? '-' : inIst(checkedAt);
      return [apiName, { text: `${glyph} ${word}`, tone }, PROBE_WORDS[probe], when];
    }),
    look,
  ),
  ...capabilities.flatMap(({ apiName, message, nextAction }) =>
    nextAction === null
      ? []
      : ['', ...wrap(`${apiName}: ${message}`, look), ...wrap(`Next: ${inCommands(nextAction)}`, look)],
  ),
];
