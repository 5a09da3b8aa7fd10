/**
 * Whether the page was opened by its own server's pages or by a person. A link of another site brings no cookie, so
 * the server has answered the page with another status than 200.
 */
export const wasOpenedFromHere = (): boolean => {
  const [arrival] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return arrival?.responseStatus === 200;
};
