import type { BrowserContext } from 'playwright';

/**
 * What works outside of a page is not seen by what watches the page. There are no shared workers, as in some browsers, and
 * service workers are blocked: one could answer in the broker's place, unseen. A page that registers one and waits for
 * it finds a registration whose worker does nothing, as at a first visit; a page to which they were simply missing, or
 * never ready, might wait for ever.
 */
export const offerInertWorkers = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'SharedWorker');
    const container = navigator.serviceWorker;
    if (container === undefined) return;
    const worker = Object.assign(new EventTarget(), {
      scriptURL: location.href,
      state: 'activated',
      postMessage: () => undefined,
    });
    const registration = Object.assign(new EventTarget(), {
      active: worker,
      installing: null,
      waiting: null,
      scope: new URL('/', location.href).href,
      updateViaCache: 'imports',
      update: async () => registration,
      unregister: async () => true,
      getNotifications: async () => [],
    });
    const answers = {
      ready: Promise.resolve(registration),
      register: async () => registration,
      getRegistration: async () => registration,
      getRegistrations: async () => [registration],
    };
    for (const [name, value] of Object.entries(answers)) {
      Object.defineProperty(container, name, { value, configurable: true, writable: true });
    }
  });
