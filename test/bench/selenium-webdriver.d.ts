/** What the benchmark uses of selenium-webdriver, which brings no types. */
declare module 'selenium-webdriver' {
  export interface WebElement {
    sendKeys(text: string): Promise<void>;
    click(): Promise<void>;
  }

  export interface Condition<Result> {
    readonly description: () => string;
    readonly result?: Result;
  }

  export interface WebDriver {
    get(address: string): Promise<void>;
    getCurrentUrl(): Promise<string>;
    wait<Result>(
      condition: Condition<Result>,
      timeoutMs: number,
      message: string | undefined,
      pollMs: number,
    ): Promise<Result>;
    quit(): Promise<void>;
  }

  export class Builder {
    withCapabilities(capabilities: Readonly<Record<string, unknown>>): this;
    setChromeService(service: import('selenium-webdriver/chrome.js').ServiceBuilder): this;
    build(): Promise<WebDriver>;
  }

  export interface Locator {
    readonly using: string;
    readonly value: string;
  }

  export const By: { css(selector: string): Locator };

  export const until: {
    elementLocated(locator: Locator): Condition<WebElement>;
    urlContains(part: string): Condition<boolean>;
  };
}

declare module 'selenium-webdriver/chrome.js' {
  export class ServiceBuilder {
    constructor(chromedriver: string);
  }
}
