import { expect, test } from 'vitest';
import { handClock, startStill, Visitor, verifyPath } from './visitor.ts';

test('the login requests answer in the documented shapes', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now, knobs: { otpIntervalSeconds: 120 } });
  const visitor = new Visitor(simulator, clock.now);
  await visitor.open(0);

  const generated = await visitor.generateOtp();
  expect(generated).toEqual({
    success: true,
    data: {
      message: 'Enter the 6-digit OTP received on 98******34',
      validateOTPToken: expect.stringMatching(/^ll1FA-/),
      nextRequestInterval: 120,
      userType: 'individual',
      isTotpEnabled: true,
    },
  });
  expect(await visitor.verifyOtp(generated)).toEqual({
    success: true,
    data: {
      message: 'Your OTP has been successfully verified.',
      userType: 'individual',
      userProfile: { profileId: 1, userId: 'DEMO01', firstName: 'Demo', lastName: 'Trader', avatarUrl: null },
      isSecretPinSet: true,
    },
  });
  expect(await visitor.enterPin()).toMatchObject({
    success: true,
    data: { customerStatus: 'ACTIVE', isExternalClientOAuthApp: false },
  });
  expect(await visitor.authorize()).toEqual({
    success: true,
    data: {
      redirectUri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:18080\/upstox\/callback\?code=\w{6}$/),
      isApproved: true,
    },
  });
});

test.each(['12345', '5876501234', '9876501235'])('mobile number %s gets no OTP', async (mobileNumber) => {
  await using simulator = await startStill();
  expect((await new Visitor(simulator).generateOtp(mobileNumber)).error?.code).toBe(1017016);
});

test('only the current time step passes, unless the knob lets the one before it pass too', async () => {
  for (const totpPastSteps of [0, 1]) {
    const clock = handClock();
    await using simulator = await startStill({ now: clock.now, knobs: { totpPastSteps } });
    const visitor = new Visitor(simulator, clock.now);
    const before = await visitor.verifyOtp(await visitor.generateOtp(), visitor.otp(clock.time - 30_000));
    const current = await visitor.verifyOtp(await visitor.generateOtp());
    const next = await visitor.verifyOtp(await visitor.generateOtp(), visitor.otp(clock.time + 30_000));
    expect([before.success, current.success, next.success]).toEqual([totpPastSteps === 1, true, false]);
  }
});

test('the period and a sixteen-letter secret of the account count', async () => {
  const account = { totpSecret: 'JBSWY3DPEHPK3PXP', totpPeriodSeconds: 60 };
  const clock = handClock(Date.UTC(2026, 10, 22, 2, 30, 0));
  await using simulator = await startStill({ now: clock.now, account });
  const visitor = new Visitor(simulator, clock.now);
  const otp = visitor.otp();
  clock.turn(59);
  expect((await visitor.verifyOtp(await visitor.generateOtp(), otp)).success).toBe(true);
  clock.turn(1);
  expect((await visitor.verifyOtp(await visitor.generateOtp(), otp)).success).toBe(false);
});

test('wrong OTPs count down to a block', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  const generated = await visitor.generateOtp();
  const wrong = visitor.otp(clock.time - 300_000);
  const errors = [];
  for (let attempt = 0; attempt < 6; attempt += 1)
    errors.push((await visitor.verifyOtp(generated, wrong)).error);

  expect(errors[0]).toEqual({ code: 1017077, message: 'The OTP you entered is incorrect. 4 attempts left' });
  expect(errors[4]?.message).toContain('0 attempts left');
  expect(errors[5]?.code).toBe(1017078);
  expect((await visitor.verifyOtp(generated)).error?.code).toBe(1017078);
});

test('an OTP session is unknown when invented, spent or old', async () => {
  const clock = handClock();
  await using simulator = await startStill({ now: clock.now });
  const visitor = new Visitor(simulator, clock.now);
  const invented = await visitor.post(verifyPath, { otp: visitor.otp(), validateOtpToken: 'll1FA-invented' });

  const generated = await visitor.generateOtp();
  await visitor.verifyOtp(generated);
  const spent = await visitor.verifyOtp(generated);

  const forgotten = await visitor.generateOtp();
  clock.turn(300);
  const old = await visitor.verifyOtp(forgotten);
  expect([invented, spent, old].map((answer) => answer.error?.code)).toEqual([1017076, 1017076, 1017076]);
});

test('five wrong PINs lock the account, also against the right one', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  await visitor.open(0);
  await visitor.verifyOtp(await visitor.generateOtp());
  const codes = [];
  for (let attempt = 0; attempt < 5; attempt += 1) codes.push((await visitor.enterPin('000000')).error?.code);
  codes.push((await visitor.enterPin()).error?.code);
  expect(codes).toEqual([1017106, 1017106, 1017106, 1017106, 1017090, 1017090]);
});

test('a PIN that is not base64 is an incorrect PIN', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  const page = await visitor.open(0);
  const { clientId } = JSON.parse(/id="config">(.*?)<\/script>/.exec(page)?.[1] ?? '{}') as {
    clientId: string;
  };
  await visitor.verifyOtp(await visitor.generateOtp());
  const data = { twoFAMethod: 'SECRET_PIN', inputText: simulator.account.pin };
  const answer = await visitor.post(`/login/open/v3/auth/2fa?client_id=${clientId}`, data);
  expect(answer.error).toEqual({ code: 1017106, message: 'You have entered an incorrect PIN' });
});

test('no step can be skipped', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  await visitor.open(0);
  expect((await visitor.enterPin()).error?.code).toBe(1017095);
  expect((await visitor.authorize()).error?.code).toBe(4000001);
});

test('one request is authorized once', async () => {
  await using simulator = await startStill();
  const visitor = new Visitor(simulator);
  await visitor.login();
  expect((await visitor.authorize()).error?.code).toBe(1017016);
});

test('the page holds one SPA with the known ids and nothing from elsewhere', async () => {
  await using simulator = await startStill();
  const page = await new Visitor(simulator).open(0);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([
    'view',
    'toast',
    'step-MOBILE',
    'mobile-number-form',
    'mobileNum',
    'getOtp',
    'step-OTP',
    'otp-form',
    'otpNum',
    'continueBtn',
    'step-PIN',
    'secret-pin-form',
    'pinCode',
    'pinContinueBtn',
    'step-CONSENT',
    'consent-form',
    'allowBtn',
    'config',
  ]);
  expect(page).not.toMatch(/challenges\.cloudflare\.com|Verify you are human|https:\/\//);
  for (const secret of [
    simulator.account.pin,
    simulator.account.totpSecret,
    simulator.account.mobileNumber,
  ]) {
    expect(page).not.toContain(secret);
  }
});

test('the inline script is valid JavaScript', async () => {
  await using simulator = await startStill();
  const page = await new Visitor(simulator).open(0);
  const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '}';
  expect(() => new Function(script)).not.toThrow();
});
