const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A page of one sentence or two. */
export const page = (status: number, text: string): Response => {
  const escaped = text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
  return new Response(`<!doctype html><meta charset="utf-8"><title>vega-auth</title><p>${escaped}</p>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
};
