interface Marks {
  /** Selectors of the step's input and button; null where the page has no step. */
  readonly own: { readonly input: string; readonly button: string } | null;
}

/**
 * Runs in the page and only reads: no value of an input, and nothing of the page's storage. As in `readInPage`, helpers are
 * methods of one object.
 */
export const landmarksInPage = ({ own }: Marks) => {
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot !== null) roots.push(element.shadowRoot);
  }
  const tools = {
    all(selector: string): Element[] {
      return roots.flatMap((root) => [...root.querySelectorAll(selector)]);
    },
    isShown(element: Element): boolean {
      return element.checkVisibility({ visibilityProperty: true });
    },
    textOf(element: Element | null): string {
      if (element === null) return '';
      return (element instanceof HTMLElement ? element.innerText : (element.textContent ?? '')).slice(0, 300);
    },
    labelOf(element: Element): string {
      const labels =
        element instanceof HTMLInputElement
          ? [...(element.labels ?? [])].map((one) => tools.textOf(one))
          : [];
      return labels.join(' ') || element.getAttribute('aria-label') || '';
    },
    describe(name: string, element: Element | undefined, count: number): string[] {
      if (element === undefined) return [`${name} none`];
      const attributes = [
        ...['id', 'type', 'name', 'maxlength', 'pattern', 'required', 'readonly', 'disabled', 'form', 'role'],
        ...['inputmode', 'formaction', 'min', 'max', 'list'],
      ];
      return [
        `${name} tag=${element.localName}`,
        ...attributes
          .filter((one) => element.hasAttribute(one))
          .map((one) => `${name} ${one}=${element.getAttribute(one)}`),
        `${name} in form=${'form' in element && element.form !== null}`,
        ...(element.getRootNode() === document ? [] : [`${name} in a shadow root`]),
        ...(count === 1 ? [] : [`${name} found ${count} times`]),
      ];
    },
    hostOf(address: string): string {
      try {
        return new URL(address, document.baseURI).hostname || 'inline';
      } catch {
        return 'inline';
      }
    },
    isCode(script: HTMLScriptElement): boolean {
      return /^(?:|module|(?:text|application)\/(?:java|ecma)script)$/i.test(script.type);
    },
    nameOf(button: Element): string {
      // The value of a button's input is its name; that of any other input is what was typed.
      const name = button instanceof HTMLInputElement ? button.value : tools.textOf(button);
      return name || button.getAttribute('aria-label') || button.getAttribute('title') || '';
    },
  };
  const shown = (selector: string) => tools.all(selector).filter((element) => tools.isShown(element));
  const ownInputs = own === null ? [] : shown(own.input);
  const ownButtons = own === null ? [] : shown(own.button);
  const [input, button] = [ownInputs[0], ownButtons[0]];
  const scripts = tools
    .all('script')
    .filter((one): one is HTMLScriptElement => one instanceof HTMLScriptElement && tools.isCode(one));
  const buttons = shown('button, input[type=submit], input[type=button], [role=button]');
  return {
    own:
      own === null
        ? []
        : [
            ...tools.describe('input', input, ownInputs.length),
            ...tools.describe('button', button, ownButtons.length),
          ],
    type: input instanceof HTMLInputElement ? input.type : '',
    maxLength: input instanceof HTMLInputElement ? input.maxLength : -1,
    hasButton: button !== undefined,
    words: [
      ...(input === undefined ? [] : [`label “${tools.labelOf(input)}”`]),
      ...(input instanceof HTMLInputElement ? [`placeholder “${input.placeholder}”`] : []),
      ...(button === undefined ? [] : [`button “${tools.nameOf(button)}”`]),
    ],
    inlineScripts: scripts.filter(({ src }) => src === '').length,
    inputs: tools
      .all('input, textarea, select')
      .filter((element) => element !== input && !buttons.includes(element))
      .slice(0, 100)
      .map((element) => {
        const type = element instanceof HTMLInputElement ? element.type : element.localName;
        const id = element.id || element.getAttribute('name') || '';
        return `${type} ${id} “${tools.labelOf(element)}”`;
      }),
    buttons: buttons
      .filter((element) => element !== button)
      .slice(0, 100)
      .map((element) => `${element.id} “${tools.nameOf(element)}”`),
    headings: shown('h1, h2, h3, h4, legend, [role=heading]')
      .slice(0, 100)
      .map((heading) => tools.textOf(heading)),
    frames: tools
      .all('iframe, frame')
      .map((frame) => tools.hostOf((frame as HTMLIFrameElement).getAttribute('src') ?? 'about:blank')),
  };
};
