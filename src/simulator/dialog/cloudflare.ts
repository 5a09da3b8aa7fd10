import { type Answer, html } from '../reply.ts';

/** The edge in front of the broker answers in HTML, whatever was asked for: 1015 for haste, 1010 for a client it dislikes. */
export function cloudflarePage(status: number): Answer {
  const [number, title, reason] =
    status === 429
      ? ['1015', 'You are being rate limited', 'The owner of this website has banned you temporarily.']
      : [
          '1010',
          'Access denied',
          "The owner of this website has banned your access based on your browser's signature.",
        ];
  return html(
    status,
    `<!DOCTYPE html>
<html lang="en-US">
<head><title>${title} | upstox.com used Cloudflare to restrict access</title></head>
<body>
<h1>Error ${number}</h1>
<h2>${title}</h2>
<p>${reason}</p>
<p>Cloudflare Ray ID: 0de3000000000000</p>
</body>
</html>`,
  );
}
