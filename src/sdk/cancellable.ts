/**
 * An iterator that can be left while it waits for the next value, which a generator alone cannot. It starts at once, so
 * that nothing is missed between asking for it and looping over it.
 */
export const cancellable = <Value>(
  start: (signal: AbortSignal) => AsyncGenerator<Value, void>,
  outer: AbortSignal | undefined,
): AsyncIterableIterator<Value, void> => {
  const controller = new AbortController();
  const leave = () => controller.abort();
  if (outer?.aborted === true) leave();
  outer?.addEventListener('abort', leave, { once: true, signal: controller.signal });

  const values = untilEnd(start, controller);
  let first: Promise<IteratorResult<Value, void>> | null = values.next();
  // Whoever asks for the first value is told why there is none; until then nobody is.
  first.catch(() => undefined);

  return {
    next: () => {
      const next = first ?? (controller.signal.aborted ? values.return() : values.next());
      first = null;
      return next;
    },
    return: async () => {
      first = null;
      leave();
      return values.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

async function* untilEnd<Value>(
  start: (signal: AbortSignal) => AsyncGenerator<Value, void>,
  controller: AbortController,
): AsyncGenerator<Value, void> {
  try {
    yield* start(controller.signal);
  } finally {
    controller.abort();
  }
}
