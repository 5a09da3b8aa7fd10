import { ACKNOWLEDGE_PATH } from '../services/alerts/alert-links.ts';
import type { Services } from '../services/services.ts';
import { type Answer, escapeHtml, html, page } from './answer.ts';
import { methodNotAllowed } from './http-error.ts';
import type { HttpRequest } from './http-request.ts';

/** Enough for a form without a field. */
const MAX_BODY_BYTES = 1024;

/** The link of an alert. GET shows what it is about; only POST acknowledges, so that a preview of the link does not. */
export const answerAcknowledgement = async (
  request: HttpRequest,
  { alerts }: Pick<Services, 'alerts'>,
): Promise<Answer> => {
  const { method, path } = request;
  const link = path.slice(ACKNOWLEDGE_PATH.length);
  if (method === 'POST') {
    await request.readBody(MAX_BODY_BYTES);
    const alert = await alerts.redeemLink(link);
    return alert === null ? unknown() : page(200, `Acknowledged: ${alert.title}. You can close this page.`);
  }
  if (method !== 'GET') throw methodNotAllowed('GET, POST');
  const alert = await alerts.readLink(link);
  if (alert === null) return unknown();
  // Without a referrer a browser would send the form without its origin.
  return html(form(alert.title, alert.text), 200, { 'referrer-policy': 'same-origin' });
};

const unknown = (): Answer =>
  page(
    404,
    'This link leads to no alert: it was acknowledged already, or the link is too old or incomplete.',
  );

const form = (title: string, text: string): string => `<!doctype html><html lang="en"><meta charset="utf-8">
<title>vega-auth</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/plain.css">
<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>
<form method="post"><button>Acknowledge</button></form></main></html>`;
