interface Point {
  readonly x: number;
  readonly y: number;
}

/** One of the login's own fields. */
export interface FieldReading {
  readonly enabled: boolean;
  /** Nothing stands in it, a country code aside. */
  readonly isEmpty: boolean;
  /** How many digits it takes; null where it does not say. */
  readonly room: number | null;
  readonly hasButton: boolean;
  readonly buttonEnabled: boolean;
  /** Where a click meets the enabled button and nothing that covers it; null when that is nowhere on the screen. */
  readonly buttonAt: Point | null;
  /** What stands on the step's button; null where there is none. */
  readonly buttonLabel: string | null;
  /** What stands on the button that the Enter key would press; null where there is none. */
  readonly enterLabel: string | null;
  /** Label, placeholder and the like, a line each. */
  readonly caption: string;
  /** The text that leads up to it, a line each: the headings of its part of the page and what follows them. */
  readonly lead: string;
  /** The text that follows it there, a line each. */
  readonly trail: string;
}

export interface ButtonReading {
  readonly label: string;
  /** Where a click meets it and nothing that covers it; null when that is nowhere on the screen, or it is locked. */
  readonly at: Point | null;
  readonly isLink: boolean;
}

/** Something that lies over the page and wants an answer. */
export interface DialogReading {
  readonly heading: string;
  readonly text: string;
  readonly buttons: readonly ButtonReading[];
}
