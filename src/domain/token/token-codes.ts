/**
 * Codes of the broker's API that mean the access token itself: it is no good, and never will be again. A code about an
 * app (UDAPI100073), a permission (UDAPI100067), an address (UDAPI1154) or a service (UDAPI100072) says nothing of the kind.
 * Source: Upstox developer documentation, "Error Codes".
 */
const DEAD_TOKEN_CODES: readonly string[] = [
  // "Invalid token used to access API": expired, revoked, or never issued.
  'UDAPI100050',
];

export const meansDeadToken = (brokerCode: string): boolean => DEAD_TOKEN_CODES.includes(brokerCode);
