/**
 * The half of a session that is no cookie: the page keeps it in its origin's storage and sends it as this header. A
 * cookie goes to every port of a host, and whoever listens on another one gets it.
 */
export const PAGE_KEY_HEADER = 'x-vega-page-key';

/** Under this name the page keeps it in `localStorage`. */
export const PAGE_KEY_ITEM = 'vega-page-key';
