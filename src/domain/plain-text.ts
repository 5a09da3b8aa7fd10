/** What moves a terminal's cursor, breaks a line or turns the order of letters around, and letters that are none. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;
const EVERY_CONTROL = new RegExp(CONTROLS, 'gu');

/** Whether a text can be shown anywhere as it is: on one line, without control and bidirectional characters. */
export const isPlainText = (text: string): boolean => !CONTROLS.test(text);

/** A text of somebody else's as it can be shown anywhere. */
export const toPlainText = (text: string): string => text.replaceAll(EVERY_CONTROL, '').trim();
