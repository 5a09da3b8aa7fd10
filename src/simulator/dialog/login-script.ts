/** What runs in the browser. Kept as text, because a bundler's rewriting of a function would not survive `toString()`. */
export const loginScript = String.raw`
'use strict';

const config = JSON.parse(document.getElementById('config').textContent);
const view = document.getElementById('view');
const toast = document.getElementById('toast');
const login = { mobileNumber: '', validateOtpToken: '', otp: {}, firstName: config.firstName };
const timers = new Set();

const backToStart = [1017105, 1017095, 1017079, 1017084, 1017007];
const otpDisabled = [1017078, 1017125];
const pinLocked = 1017090;

function find(selector) {
  return view.querySelector(selector);
}

function digitsOf(input) {
  return input.value.replace(/\D/g, '');
}

function showToast(text) {
  toast.textContent = text;
  toast.hidden = false;
}

function show(step) {
  for (const timer of timers) clearInterval(timer);
  timers.clear();
  view.replaceChildren(document.getElementById('step-' + step).content.cloneNode(true));
  steps[step]();
}

function every(milliseconds, action) {
  const timer = setInterval(action, milliseconds);
  timers.add(timer);
  return timer;
}

function onSubmit(action) {
  const form = find('form');
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (!form.querySelector('[type=submit]').disabled) action();
  });
}

// Every button is disabled while a request is in flight. Answers the data, or null after the error was shown.
async function send(path, data, query) {
  toast.hidden = true;
  const buttons = Array.from(view.querySelectorAll('button')).filter(function (button) { return !button.disabled; });
  for (const button of buttons) button.disabled = true;
  const answer = await post(path + (query ? '?' + new URLSearchParams(query) : ''), data);
  for (const button of buttons) button.disabled = false;
  if (answer.success) return answer.data;
  fail(answer.error);
  return null;
}

async function post(url, data) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-device-details': 'platform=WEB|osName=Linux|appVersion=4.0.0|userAgent=Upstox 3.0',
        'x-request-id': config.requestId,
      },
      body: JSON.stringify({ data: data }),
    });
    return await response.json();
  } catch {
    return { success: false, error: { code: 0, message: 'Something went wrong. Please try again.' } };
  }
}

function fail(error) {
  if (backToStart.includes(error.code)) show('MOBILE');
  if (otpDisabled.includes(error.code)) disableOtp();
  if (error.code === pinLocked) lockPin(error.message);
  showToast(error.code ? error.message + ' [' + error.code + ']' : error.message);
}

async function requestOtp() {
  const otp = await send('/login/open/v6/auth/1fa/otp/generate', {
    mobileNumber: login.mobileNumber,
    userId: '',
    countryIsdCode: '+91',
  });
  if (!otp) return;
  login.validateOtpToken = otp.validateOTPToken;
  login.otp = otp;
  show('OTP');
  showToast('OTP has been sent to your Phone!');
}

function startMobile() {
  const input = find('#mobileNum');
  const button = find('#getOtp');
  const hint = find('.hint');
  let waitsForHuman = config.captcha;

  function refresh() {
    const isMobile = /^[6,7,8,9]\d{9}$/.test(input.value);
    button.disabled = waitsForHuman || !isMobile;
    if (isMobile || input.value === '') hint.textContent = '';
    else if (input.value.length < 10) hint.textContent = 'Enter a 10-digit mobile number.';
    else hint.textContent = 'Make sure your mobile number was entered correctly.';
  }

  input.addEventListener('input', refresh);
  onSubmit(function () {
    login.mobileNumber = input.value;
    requestOtp();
  });
  if (!waitsForHuman) return;

  find('.hint').after(document.getElementById('captcha').content.cloneNode(true));
  const timer = every(250, async function () {
    const answer = await fetch('/login/captcha').then(function (response) { return response.json(); }).catch(function () { return { captcha: true }; });
    if (answer.captcha || !waitsForHuman) return;
    clearInterval(timer);
    waitsForHuman = false;
    config.captcha = false;
    find('[data-sitekey]')?.remove();
    refresh();
  });
}

function startOtp() {
  const input = find('#otpNum');
  const button = find('#continueBtn');
  find('.message').textContent = login.otp.message;
  find('label').textContent = login.otp.isTotpEnabled ? 'Enter OTP or TOTP' : 'Enter OTP';
  countResend(login.otp.nextRequestInterval ?? 120);

  input.addEventListener('input', function () {
    const digits = digitsOf(input).slice(0, 6);
    input.value = digits.length > 3 ? digits.slice(0, 3) + '-' + digits.slice(3) : digits;
    button.disabled = digits.length !== 6;
    find('.hint').textContent = digits.length === 6 ? '' : 'It should be a 6-digit OTP.';
  });
  find('.resend').addEventListener('click', requestOtp);
  onSubmit(async function () {
    const verified = await send('/login/open/v4/auth/1fa/otp-totp/verify', {
      otp: digitsOf(input),
      validateOtpToken: login.validateOtpToken,
    });
    if (!verified) return;
    login.firstName = verified.userProfile.firstName;
    show('PIN');
  });
}

function countResend(seconds) {
  const resend = find('.resend');
  let left = seconds;
  function tick() {
    resend.disabled = left > 0;
    resend.textContent = left > 0
      ? 'Resend OTP (' + Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0') + ' s)'
      : 'Resend OTP';
    left -= 1;
  }
  for (const timer of timers) clearInterval(timer);
  tick();
  every(1000, function () { if (left >= 0) tick(); });
}

function disableOtp() {
  if (!find('#otpNum')) return;
  find('#otpNum').disabled = true;
  find('#continueBtn').disabled = true;
  countResend(600);
}

function startPin() {
  const input = find('#pinCode');
  const button = find('#pinContinueBtn');
  find('.greeting').textContent = config.firstStep === 'PIN' ? 'Welcome back, ' + login.firstName : 'Hi ' + login.firstName;
  find('.user').textContent = config.userId;
  find('.switch').addEventListener('click', function () { show('MOBILE'); });
  input.addEventListener('input', function () {
    button.disabled = !/^\d{6}$/.test(input.value);
  });
  onSubmit(async function () {
    if (button.dataset.locked) return;
    const entered = await send(
      '/login/open/v3/auth/2fa',
      { twoFAMethod: 'SECRET_PIN', inputText: btoa(input.value) },
      { client_id: config.clientId, redirect_uri: config.redirectUri },
    );
    if (!entered) return;
    if (entered.isExternalClientOAuthApp) show('CONSENT');
    else authorize();
  });
}

function lockPin(message) {
  const button = find('#pinContinueBtn');
  if (!button) return;
  button.dataset.locked = 'true';
  button.textContent = 'Unlock account';
  find('#pinCode').disabled = true;
  find('.hint').textContent = message;
}

function startConsent() {
  onSubmit(authorize);
}

async function authorize() {
  const authorized = await send(
    '/login/v2/oauth/authorize',
    { userOAuthApproval: true },
    {
      client_id: config.clientId,
      redirect_uri: config.redirectUri,
      requestId: config.requestId,
      response_type: 'code',
    },
  );
  if (authorized) location.assign(authorized.redirectUri);
}

const steps = { MOBILE: startMobile, OTP: startOtp, PIN: startPin, CONSENT: startConsent };
show(config.firstStep);
`;
