import { type Answer, html } from './answer.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** A page of one sentence or two, in the operator page's clothes. */
export const page = (status: number, text: string, headers: Answer['headers'] = {}): Answer => {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vega-auth</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/plain.css">
<main><h1>vega-auth</h1><p>${escapeHtml(text)}</p><p><a href="/">To the operator page</a></p></main></html>`;
  return html(body, status, headers);
};
