import { loginScript } from './login-script.ts';

export interface LoginPageConfig {
  readonly firstStep: 'MOBILE' | 'PIN';
  readonly captcha: boolean;
  readonly firstName: string;
  readonly userId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly requestId: string;
  readonly script: string;
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; background: #f5f4fa; color: #2d2a3e; margin: 0 }
main { max-width: 22rem; margin: 12vh auto; padding: 2rem; background: #fff; border-radius: 12px }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; margin: .4rem 0 }
button { font: inherit; padding: .6rem 1rem; margin-top: .6rem }
.hint { color: #a3123d; min-height: 1.5em }
#toast:not([hidden]) { position: fixed; bottom: 2rem; left: 50%; transform: translateX(-50%); background: #2d2a3e; color: #fff; padding: .8rem 1.2rem; border-radius: 8px }
`;

/** With `srcdoc` present a browser never loads `src`, so the frame can name the real host and stay off the network. */
const captcha = `
<template id="captcha"><div class="cf-turnstile" data-sitekey="demo">
  <p>Verify you are human</p>
  <iframe title="Widget containing a Cloudflare security challenge" width="300" height="65" sandbox=""
    srcdoc="<p>Verify you are human</p>" src="https://challenges.cloudflare.com/cdn-cgi/challenge-platform/demo"></iframe>
</div></template>`;

/** Only the step that is shown stands in the document, as in the broker's own single page. */
const steps = `
<template id="step-MOBILE">
  <h1>Let's get started</h1>
  <h2>Login with mobile number</h2>
  <form id="mobile-number-form" novalidate>
    <label for="mobileNum">Enter mobile number</label>
    <div>+91 <input id="mobileNum" type="tel" inputmode="numeric" maxlength="10" autocomplete="off"></div>
    <p class="hint"></p>
    <button id="getOtp" type="submit" disabled>Get OTP</button>
  </form>
  <button type="button">Login with QR code</button>
</template>
<template id="step-OTP">
  <h1>Verify your number</h1>
  <p class="message"></p>
  <form id="otp-form" novalidate>
    <label for="otpNum">Enter OTP</label>
    <input id="otpNum" type="text" inputmode="numeric" maxlength="7" autocomplete="one-time-code">
    <p class="hint"></p>
    <button type="button" class="resend" disabled>Resend OTP</button>
    <button id="continueBtn" type="submit" disabled>Continue</button>
  </form>
</template>
<template id="step-PIN">
  <h1 class="greeting"></h1>
  <form id="secret-pin-form" novalidate>
    <label for="pinCode">Enter 6-digit PIN</label>
    <input id="pinCode" type="password" inputmode="numeric" maxlength="6" autocomplete="off">
    <p class="hint"></p>
    <button id="pinContinueBtn" type="submit" disabled>Continue</button>
  </form>
  <button type="button">Forgot PIN?</button>
  <p>Signed in as <span class="user"></span> <button type="button" class="switch">Switch account?</button></p>
</template>
<template id="step-CONSENT">
  <h1>Authorize access</h1>
  <p>This app would like to access your Upstox account.</p>
  <form id="consent-form"><button id="allowBtn" type="submit">Allow</button> <button type="button">Deny</button></form>
</template>`;

export function loginPage({ script, ...config }: LoginPageConfig): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Login | Upstox</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body>
<main id="view"></main>
<div id="toast" role="alert" hidden></div>
${steps}${config.captcha ? captcha : ''}
<script type="application/json" id="config">${JSON.stringify(config).replaceAll('<', '\\u003c')}</script>
<script>${loginScript}</script>${script === '' ? '' : `\n<script>${script}</script>`}
</body>
</html>`;
}
