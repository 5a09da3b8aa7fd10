import type { ButtonReading, DialogReading, FieldReading } from './page-parts.ts';

/** What is looked for in the page: selectors, and names of the fields. */
interface Marks {
  readonly fields: readonly (readonly [string, { readonly input: string; readonly button: string }])[];
  readonly buttons: string;
  readonly captcha: string;
}

/**
 * Runs in the page. Its helpers are methods of one object, because a transpiler that keeps the names of functions would
 * call a helper that the page does not have. Open shadow roots are read like the document. Visible is what has a box
 * inside the page that no collapsed or transparent parent hides.
 */
export const readInPage = (marks: Marks) => {
  const HEADINGS = 'h1, h2, h3, h4, legend, [role=heading]';
  const ALERTS =
    '[role=alert], [role=alertdialog], [role=status], [aria-live=assertive], [aria-live=polite], #toast, [class*=toast i], [class*=snackbar i], [class*=alert i], [class*=error i]';
  const BUSY =
    '[aria-busy=true], [role=progressbar], progress, [class*=spinner i], [class*=loader i], [class*=loading i]';
  const MODALS = 'dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]';
  const TEXT_TYPES = ['text', 'tel', 'password', 'number', 'email'];
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot !== null) roots.push(element.shadowRoot);
  }
  const tools = {
    all(selector: string): HTMLElement[] {
      return roots.flatMap((root) => [...root.querySelectorAll<HTMLElement>(selector)]);
    },
    isVisible(element: Element): boolean {
      const { width, height, right, bottom, left } = element.getBoundingClientRect();
      const isInside = right > 0 && bottom + scrollY > 0 && left < document.documentElement.scrollWidth;
      if (width === 0 || height === 0 || !isInside) return false;
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      // An input that lies transparent over what is drawn for it is the one that takes the keys.
      const isShown = element.checkVisibility({ opacityProperty: true });
      if (!isShown && !(element instanceof HTMLInputElement && tools.isHit(element))) return false;
      for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
        const box = parent.getBoundingClientRect();
        const isCollapsed = box.width === 0 || box.height === 0;
        if (isCollapsed && getComputedStyle(parent).overflow !== 'visible') return false;
      }
      return true;
    },
    hitAt({ x, y }: { x: number; y: number }): Element | null {
      let hit = document.elementFromPoint(x, y);
      while (hit?.shadowRoot) {
        const inner = hit.shadowRoot.elementFromPoint(x, y);
        if (inner === null || inner === hit) break;
        hit = inner;
      }
      return hit;
    },
    middleOf(element: Element): { x: number; y: number } {
      const box = element.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    },
    isHit(element: Element): boolean {
      const hit = tools.hitAt(tools.middleOf(element));
      return hit !== null && element.contains(hit);
    },
    /** Its words, or those of its pictures where it has none. */
    textOf(element: Element | null): string {
      if (element === null) return '';
      const words = (element instanceof HTMLElement ? element.innerText : (element.textContent ?? '')).trim();
      return words || tools.picturedIn(element);
    },
    picturedIn(element: Element): string {
      const pictures = [
        ...element.querySelectorAll('img[alt], svg[aria-label], [role=img][aria-label], svg title'),
      ];
      const names = pictures.map(
        (each) => each.getAttribute('alt') ?? each.getAttribute('aria-label') ?? each.textContent ?? '',
      );
      return names.join(' ').replace(/\s+/g, ' ').trim();
    },
    labelledBy(element: Element): string {
      const ids = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter((id) => id !== '');
      const root = element.getRootNode() as Document;
      return ids.map((id) => tools.textOf(root.getElementById(id))).join('\n');
    },
    /** What a button is called. */
    nameOf(element: Element): string {
      if (element instanceof HTMLInputElement) return element.value.trim() || (element.alt ?? '').trim();
      const name =
        tools.textOf(element) || tools.labelledBy(element) || element.getAttribute('aria-label') || '';
      return (name || element.getAttribute('title') || '').trim();
    },
    /** What stands at a box or a choice. */
    boxText(box: Element): string {
      const own = box instanceof HTMLInputElement ? tools.captionOf(box) : tools.nameOf(box);
      return own || tools.textOf(box.parentElement);
    },
    isEnabled(element: Element): boolean {
      return element.matches(':not(:disabled, [aria-disabled="true"])');
    },
    /** What is written at an input for it alone. */
    captionOf(input: HTMLInputElement): string {
      return [
        ...[...(input.labels ?? [])].map((label) => tools.textOf(label)),
        input.getAttribute('aria-label') ?? '',
        input.placeholder,
        input.title,
        tools.labelledBy(input),
        tools.textOf(input.closest('fieldset')?.querySelector('legend') ?? null),
      ]
        .filter((text) => text !== '')
        .join('\n');
    },
    /** The visible text around an input in the part of the page that it belongs to, buttons and links left out. */
    surroundingsOf(input: HTMLElement): { lead: string; trail: string } {
      let part: Element = input;
      for (let parent = input.parentElement; parent !== null; parent = parent.parentElement) {
        part = parent;
        const isHeaded = [...parent.querySelectorAll(HEADINGS)].some(
          (heading) =>
            tools.isVisible(heading) &&
            (heading.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
        );
        if (isHeaded) break;
      }
      const before: string[] = [];
      const after: string[] = [];
      let lastBlock: Element | null = null;
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const isBefore = (node.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
        const lines = isBefore ? before : after;
        const text = (node.textContent ?? '').replace(/\s+/g, ' ').trim();
        const holder = node.parentElement;
        if (text === '' || holder === null) continue;
        if (holder.closest('script, style, template, noscript, button, a, [role=button], nav, footer'))
          continue;
        if (!holder.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        // Parts of one sentence that are marked up on their own stay one line.
        let block: Element = holder;
        while (block !== part && getComputedStyle(block).display.startsWith('inline') && block.parentElement)
          block = block.parentElement;
        if (block === lastBlock && lines.length > 0) lines.push(`${lines.pop()} ${text}`);
        else lines.push(text);
        lastBlock = block;
      }
      return { lead: before.join('\n'), trail: after.join('\n').slice(0, 4000) };
    },
    /** It takes one digit by its `maxlength`, or is too narrow for more. */
    isBox(input: HTMLInputElement): boolean {
      if (!tools.isVisible(input)) return false;
      return input.maxLength === 1 || (input.maxLength < 0 && tools.isNarrow(input));
    },
    isNarrow(input: HTMLInputElement): boolean {
      return /^(?:text|tel|password|number)$/.test(input.type) && input.getBoundingClientRect().width <= 72;
    },
    /** The boxes of one digit each that make up one field. */
    boxesOf(found: Element): HTMLInputElement[] {
      if (!(found instanceof HTMLInputElement))
        return [...found.querySelectorAll('input')].filter((input) => tools.isBox(input));
      if (!tools.isBox(found)) return [];
      for (let parent = found.parentElement; parent !== null; parent = parent.parentElement) {
        const boxes = [...parent.querySelectorAll('input')].filter((input) => tools.isBox(input));
        if (boxes.length >= 4) return boxes;
      }
      return [];
    },
    /** What lies over an element and can be pressed or filled in itself, as a sheet over a page. */
    coverOf(element: Element): Element | null {
      let cover = tools.hitAt(tools.middleOf(element));
      if (cover === null || element.contains(cover) || cover.contains(element)) return null;
      if (
        element instanceof HTMLInputElement &&
        [...(element.labels ?? [])].includes(cover as HTMLLabelElement)
      )
        return null;
      while (cover.parentElement !== null && !cover.parentElement.contains(element))
        cover = cover.parentElement;
      const inside = [...cover.querySelectorAll(`${marks.buttons}, input, textarea`)];
      if (inside.some((part) => tools.isVisible(part)) || cover.matches(marks.buttons)) return cover;
      // Something with words, or a frame, that lies over far more than the element.
      const [own, over] = [element.getBoundingClientRect(), cover.getBoundingClientRect()];
      const isSheet = over.width * over.height >= 4 * own.width * own.height;
      const speaks =
        cover.matches('iframe') || cover.querySelector('iframe') !== null || tools.textOf(cover) !== '';
      return isSheet && speaks ? cover : null;
    },
    buttonsIn(part: ParentNode): ButtonReading[] {
      const found = [...part.querySelectorAll(marks.buttons)].filter((button) => tools.isVisible(button));
      return found.map((button) => ({
        label: tools.nameOf(button),
        at: tools.isEnabled(button) && tools.isHit(button) ? tools.middleOf(button) : null,
        isLink: button.matches('a'),
      }));
    },
  };
  const fields: [string, FieldReading][] = [];
  const known = new Set<Element>();
  const places: Element[] = [];
  for (const [name, { input: selector, button }] of marks.fields) {
    const found = tools
      .all(selector)
      .find((element) => tools.isVisible(element) || tools.boxesOf(element).length > 0);
    if (found === undefined) continue;
    const boxes = tools.boxesOf(found);
    const [input] = boxes.length > 0 ? boxes : [found];
    if (!(input instanceof HTMLInputElement)) continue;
    for (const part of [found, ...boxes]) known.add(part);
    const submit = tools.all(button).find((element) => tools.isVisible(element));
    places.push(input, ...(submit === undefined ? [] : [submit]));
    const standard = [...(input.form?.elements ?? [])].find((element) =>
      element.matches('button:not([type=button], [type=reset]), input[type=submit], input[type=image]'),
    );
    const isPressable = submit !== undefined && tools.isEnabled(submit);
    fields.push([
      name,
      {
        enabled: !input.disabled,
        isEmpty: (boxes.length > 0 ? boxes : [input]).every(
          ({ value }) => value.replace(/^\s*\+\d{1,3}\s*$/, '') === '',
        ),
        room: boxes.length > 0 ? boxes.length : input.maxLength > 0 ? input.maxLength : null,
        hasButton: submit !== undefined,
        buttonEnabled: isPressable,
        buttonAt: isPressable && tools.isHit(submit) ? tools.middleOf(submit) : null,
        buttonLabel: submit === undefined ? null : tools.nameOf(submit),
        enterLabel:
          standard === undefined ? null : tools.nameOf(standard) || (standard.textContent ?? '').trim(),
        caption: tools.captionOf(input),
        ...tools.surroundingsOf(input),
      },
    ]);
  }
  const inputs = tools.all('input, textarea').filter((element) => {
    if (known.has(element) || !tools.isVisible(element)) return false;
    // What every page has at its head or foot, such as a search, belongs to no step.
    const frame = element.closest(
      'header, nav, footer, search, [role=search], [role=banner], [role=navigation]',
    );
    if (frame !== null && !places.some((place) => frame.contains(place))) return false;
    if (!(element instanceof HTMLInputElement)) return true;
    const isFixed = element.disabled || element.readOnly || /^\+\d{1,3}$/.test(element.value.trim());
    return TEXT_TYPES.includes(element.type) && !isFixed;
  });
  const boxes = tools
    .all('input[type=checkbox], [role=checkbox], [role=switch]')
    .filter((element) => tools.isVisible(element) || element.closest('label') !== null);
  const ticked = tools
    .all(
      ':is(input:is([type=checkbox], [type=radio]):checked, :is([role=checkbox], [role=switch], [role=radio])[aria-checked=true]):not(:is(header, nav, footer, [role=banner], [role=navigation]) *)',
    )
    .filter((element) => tools.isVisible(element) || element.closest('label') !== null);
  const modal = tools
    .all(MODALS)
    .find(
      (element) =>
        tools.isVisible(element) &&
        !places.some((place) => element.contains(place)) &&
        (element.matches('[aria-modal=true], :modal') || places.length === 0),
    );
  const sheet = modal ?? places.map((place) => tools.coverOf(place)).find((cover) => cover !== null) ?? null;
  const dialog: DialogReading | null =
    sheet === null
      ? null
      : {
          heading: tools.textOf(sheet.querySelector(HEADINGS)),
          text: tools.textOf(sheet).slice(0, 2000),
          buttons: tools.buttonsIn(sheet),
        };
  const text = roots
    .map((root) =>
      root instanceof Document
        ? (root.body?.innerText ?? '')
        : [...root.children].map((child) => (child instanceof HTMLElement ? child.innerText : '')).join('\n'),
    )
    .join('\n');
  return {
    fields,
    otherInputs: inputs.map((input) =>
      input instanceof HTMLInputElement ? tools.captionOf(input) : tools.textOf(input.closest('label')),
    ),
    checkboxes: boxes.map((box) => tools.boxText(box)),
    ticked: ticked.map((box) => ({
      text: tools.boxText(box),
      isRadio: box.matches('[type=radio], [role=radio]'),
    })),
    captcha: tools.all(marks.captcha).some((element) => tools.isVisible(element)),
    headings: tools
      .all(HEADINGS)
      .filter((heading) => tools.isVisible(heading))
      .map((heading) => tools.textOf(heading))
      .slice(0, 10),
    buttons: roots.flatMap((root) => tools.buttonsIn(root)),
    alerts: tools
      .all(ALERTS)
      .filter((alert) => tools.isVisible(alert))
      .map((alert) => tools.textOf(alert))
      .filter((alert) => alert !== '' && alert.length <= 400),
    dialog,
    isBusy: tools.all(BUSY).some((element) => tools.isVisible(element)),
    frames: tools
      .all('iframe')
      .filter((frame) => tools.isVisible(frame))
      .map((frame) =>
        frame instanceof HTMLIFrameElement ? (frame.contentDocument?.body?.innerText ?? '') : '',
      )
      .join('\n')
      .slice(0, 10_000),
    text: text.length > 20_000 ? `${text.slice(0, 10_000)}\n${text.slice(-10_000)}` : text,
  };
};
