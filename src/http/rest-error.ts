/** An error of the routes beside GraphQL. */
export const restError = (
  status: number,
  code: string,
  message: string,
  nextAction: string,
  headers: Record<string, string> = {},
): Response => Response.json({ error: { code, message, nextAction } }, { status, headers });
