/** What several routes and events show in the same way. */

export const RUN = `
  id accountId mode status startedAt endedAt waitingUntil
  steps { apiName status step startedAt endedAt failure { code message nextAction submitted } }
`;

export const COOLDOWN = 'active remainingSeconds until reason';

export const AUTH_STATE = `
  state primaryPresent accountId blockedBy since nextOperations
  cooldown { ${COOLDOWN} }
  run { ${RUN} }
`;
