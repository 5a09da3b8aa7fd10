/** A request's body as text; null when it is longer than that, and then the rest of it is not read. */
export const readBody = async (request: Request, maxBytes: number): Promise<string | null> => {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null;
  // A reader, because leaving a `for await` would cut the connection before anything was answered.
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) return null;
    chunks.push(part.value);
  }
  return Buffer.concat(chunks).toString('utf8');
};
