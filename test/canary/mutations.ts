/** How a page is changed: a script that runs after the page's own, or another text of the page. */
export interface Mutation {
  readonly name: string;
  readonly script?: string;
  readonly rewrite?: (html: string) => string;
}

/** A seeded source of choices (mulberry32), so that every run tests the same pages. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  of<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }
}

type Maker = (choices: Choices) => Mutation;

const INPUT = `document.querySelector('#mobileNum')`;
const BUTTON = `document.querySelector('#getOtp')`;
const FORM = `document.querySelector('form')`;
const add = (html: string, where = 'beforeend', to = FORM) =>
  `${to}?.insertAdjacentHTML('${where}', ${JSON.stringify(html)});`;

const idOf = (choices: Choices) =>
  choices.of(['mobile', 'mobileNumber', 'mobileNum2', 'phone', 'userId', 'field-1', 'loginId', 'mobilenum']);

const STEP_HTML = `<main id="view"><h1>Let's get started</h1><h2>Login with mobile number</h2>
  <form id="mobile-number-form" novalidate><label for="mobileNum">Enter mobile number</label>
  <div>+91 <input id="mobileNum" type="tel" inputmode="numeric" maxlength="10" autocomplete="off"></div>
  <p class="hint"></p><button id="getOtp" type="submit" disabled>Get OTP</button></form>
  <button type="button">Login with QR code</button></main>`;

const MAKERS: readonly Maker[] = [
  (choices) => {
    const id = idOf(choices);
    return { name: `input id ${id}`, script: `${INPUT}?.setAttribute('id', '${id}')` };
  },
  (choices) => {
    const id = choices.of(['submit', 'getOTP', 'sendOtp', 'continueBtn', 'btn-primary', 'getOtp2']);
    return { name: `button id ${id}`, script: `${BUTTON}?.setAttribute('id', '${id}')` };
  },
  (choices) => {
    const types = [
      'date',
      'checkbox',
      'range',
      'email',
      'number',
      'password',
      'text',
      'search',
      'color',
      'file',
    ];
    const type = choices.of(types);
    return { name: `input type ${type}`, script: `${INPUT}?.setAttribute('type', '${type}')` };
  },
  (choices) => {
    const length = choices.of([1, 4, 6, 9, 10, 11, 15]);
    return { name: `maxlength ${length}`, script: `${INPUT}?.setAttribute('maxlength', '${length}')` };
  },
  () => ({ name: 'input lost', script: `${INPUT}?.remove()` }),
  () => ({ name: 'button lost', script: `${BUTTON}?.remove()` }),
  (choices) => {
    const html = choices.of([
      '<input id="captchaText" type="text" placeholder="Enter the text">',
      '<input id="dob" type="text" placeholder="Date of birth">',
      '<label>Password <input type="password"></label>',
      '<input type="hidden" name="csrf" value="a1b2c3d4e5">',
      '<textarea placeholder="Anything else?"></textarea>',
      '<label><input type="checkbox"> Remember this browser</label>',
      '<label><input type="checkbox"> I agree to the new terms</label>',
      '<label><input type="checkbox"> I authorize DDPI</label>',
      '<select><option>India +91</option></select>',
      '<input id="otpNum" type="text">',
    ]);
    return { name: `added ${html}`, script: add(html) };
  },
  (choices) => {
    const words = choices.of([
      ...[
        'Mobile number',
        'Enter your registered mobile number',
        'Client ID',
        'Set a new PIN',
        'Nominee mobile',
      ],
      ...['Email address', 'PAN', 'Enter mobile number to authorise DDPI', 'Phone'],
    ]);
    return { name: `label ${words}`, script: `document.querySelector('label').textContent = '${words}'` };
  },
  (choices) => {
    const words = choices.of([
      ...[
        'Continue',
        'Agree and continue',
        'Proceed',
        'Accept terms',
        'Send OTP',
        'Allow',
        'End other sessions',
      ],
      ...['Next', 'Activate margin', 'Get code', 'Buy now'],
    ]);
    return { name: `button says ${words}`, script: `${BUTTON}.textContent = '${words}'` };
  },
  (choices) => {
    const words = choices.of([
      ...[
        'Welcome back',
        'Reset your PIN',
        'Create a new PIN',
        'Authorize access',
        'Markets are open',
        'Log in',
      ],
      ...['Your account is dormant', 'Enable DDPI'],
    ]);
    return { name: `heading ${words}`, script: `document.querySelector('h2').textContent = '${words}'` };
  },
  () => ({
    name: 'in a frame',
    script: `const view = document.getElementById('view'); const html = view.innerHTML;
      view.innerHTML = '<iframe width="400" height="400"></iframe>'; view.firstChild.srcdoc = html;`,
  }),
  () => ({
    name: 'in a shadow root',
    script: `const host = document.createElement('div'); ${FORM}.before(host);
      host.attachShadow({ mode: 'open' }).append(${FORM});`,
  }),
  () => ({
    name: 'in a closed shadow root',
    script: `const host = document.createElement('div'); ${FORM}.before(host);
      host.attachShadow({ mode: 'closed' }).append(${FORM});`,
  }),
  (choices) => {
    const html = choices.of([
      '<div id="getOtp" role="button">Get OTP</div>',
      '<a id="getOtp" href="#">Get OTP</a>',
      '<button id="getOtp" type="button">Get OTP</button>',
      '<button id="getOtp" type="reset">Get OTP</button>',
      '<input id="getOtp" type="submit" value="Get OTP">',
      '<button type="submit">Get OTP</button>',
    ]);
    return { name: `button replaced by ${html}`, script: `${BUTTON}.outerHTML = ${JSON.stringify(html)}` };
  },
  (choices) => {
    const address = choices.of(['/extra.js', '/missing.js', 'http://127.0.0.1:9/dead.js']);
    return {
      name: `script ${address}`,
      rewrite: (html) => html.replace('</head>', `<script async src="${address}"></script></head>`),
    };
  },
  (choices) => {
    const html = choices.of([
      '<h3>We updated our terms</h3><button>Accept</button>',
      '<h3>Enable DDPI</h3><button>Authorise</button><button>Cancel</button>',
      '<h3>Get the app</h3><p>Download the app</p><button>Not now</button>',
      '<h3>Log out of other devices?</h3><button>End other sessions</button>',
      '<p>We use cookies</p><button>Reject all</button><button>Accept all</button>',
    ]);
    const style = 'position:fixed;inset:0;background:#fff';
    const box = `<div role="dialog" aria-modal="true" style="${style}">${html}</div>`;
    return { name: `box ${html}`, script: add(box, 'beforeend', 'document.body') };
  },
  (choices) => {
    const html = choices.of([
      '<div class="cf-turnstile" style="width:300px;height:65px">Verify you are human</div>',
      '<div class="h-captcha" style="width:300px;height:80px"></div>',
      '<p>Please verify that you are human</p>',
      '<input id="captcha" type="text">',
      '<iframe src="https://challenges.cloudflare.com/x" srcdoc="<p>check</p>" width="300" height="65"></iframe>',
    ]);
    return { name: `captcha ${html}`, script: add(html) };
  },
  (choices) => {
    const attribute = choices.of([
      'disabled',
      'readonly',
      'required',
      'pattern="[a-z]+"',
      'hidden',
      'name="m"',
    ]);
    const [name = '', value = ''] = attribute.split('=');
    const text = value.replaceAll('"', '');
    return { name: `input ${attribute}`, script: `${INPUT}?.setAttribute('${name}', '${text}')` };
  },
  (choices) => {
    const style = choices.of([
      ...['display:none', 'visibility:hidden', 'opacity:0', 'position:absolute;left:-9999px', 'width:0'],
      ...['color:red', 'font-size:22px'],
    ]);
    const part = choices.of([INPUT, BUTTON, FORM]);
    return { name: `${part} styled ${style}`, script: `${part}?.setAttribute('style', '${style}')` };
  },
  () => ({ name: 'two inputs of one id', script: add('<input id="mobileNum" type="tel">') }),
  () => ({
    name: 'no form',
    script: `const box = document.createElement('div'); const form = ${FORM}; form.before(box);
      box.append(...form.childNodes); form.remove();`,
  }),
  () => ({
    name: 'no script at all',
    rewrite: (html) => html.replace(/<body>[\s\S]*<\/body>/, `<body>${STEP_HTML}</body>`),
  }),
  () => ({
    name: 'the script fails',
    rewrite: (html) => html.replace('const input = find', 'nothing(); const input = find'),
  }),
  () => ({ name: 'blank', script: 'document.body.replaceChildren()' }),
  () => ({
    name: 'a wheel that turns',
    script: `document.getElementById('view').innerHTML = '<p class="spinner">Please wait</p>'`,
  }),
];

const SMALL: readonly Maker[] = [
  (choices) => {
    const html = choices.of([
      '<p>Open an account in 10 minutes</p>',
      '<button type="button">Login with passkey</button>',
      '<a href="/help">Help</a>',
      '<p>Never share your OTP with anyone.</p>',
      '<footer>Terms and conditions</footer>',
      '<iframe srcdoc="<p>advertisement</p>" width="300" height="100"></iframe>',
    ]);
    return { name: `beside ${html}`, script: add(html, 'beforeend', `document.getElementById('view')`) };
  },
];

/** A page with one to three changes. Small changes are more frequent than others, as they are in life. */
export const mutate = (choices: Choices): readonly Mutation[] => {
  const count = choices.of([1, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => choices.of([...MAKERS, ...SMALL, ...SMALL])(choices));
};

/** Tells of every event that a person, or a program in a person's place, would cause. */
const WITNESS = `for (const type of ['keydown', 'keyup', 'beforeinput', 'input', 'change', 'click', 'pointerdown',
  'mousedown', 'touchstart', 'focusin', 'paste', 'submit'])
  addEventListener(type, (event) => navigator.sendBeacon('/touched?' + type), true);`;

const GONE = 'document.currentScript.remove();';

/** The page with its changes, and a witness of what is done in it. */
export const mutated = (html: string, mutations: readonly Mutation[]): string => {
  const rewritten = mutations.reduce((text, { rewrite }) => rewrite?.(text) ?? text, html);
  const scripts = mutations.flatMap(({ script }) => script ?? []);
  const changes = scripts.map((script) => `try { (() => { ${script} })() } catch {}`).join('\n');
  // The test's own scripts take themselves away, so that their number tells nothing.
  const after = `\n<!-- changes --><script>${changes}\n${GONE}</script></body>`;
  return rewritten
    .replace('<head>', `<head><script>${WITNESS} ${GONE}</script>`)
    .replace('</body>', () => (changes === '' ? '</body>' : after));
};
