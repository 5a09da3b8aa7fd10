import type { Role } from './role.ts';

/** What a role cannot do because of its credential; null for a login's token, which can do everything. */
export const lossOf = ({ credential, sharedWith }: Role): string | null => {
  switch (credential) {
    case 'LOGIN':
      return null;
    case 'SHARED':
      return `It has no token of its own: it shares limits and connections with ${sharedWith}, and whatever ends that token ends this one.`;
    case 'ANALYTICS':
      return 'Read-only: market data, and no orders; profile, funds and positions only from a static address.';
    case 'EXTENDED':
      return 'Read-only: the broker refuses orders, and may refuse market data, with an extended token.';
    case 'PASTED':
      return 'Made by hand: nothing makes it anew after 03:30 IST.';
  }
};
