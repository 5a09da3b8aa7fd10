/**
 * Calls `lead` once this tab is the one that leads, until then waits for those before it. Where the browser knows no
 * locks, as under a host name without TLS, every tab leads itself.
 */
export const whenLeading = async (
  name: string,
  signal: AbortSignal,
  lead: () => Promise<void>,
): Promise<void> => {
  // Not in every context, whatever the types say.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) return lead();
  await locks.request(name, { signal }, lead).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
};
