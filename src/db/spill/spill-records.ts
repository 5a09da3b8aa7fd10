import { crc32 } from 'node:zlib';
import { readOldRecord, startsOfOldRecords } from './old-spill-records.ts';
import type { SpillHeader, SpillRecord } from './spill-record.ts';

/**
 * The records of a spill file:
 *
 *     record = mark (8 bytes) · length of the text (4) · CRC-32 of the text (4) · CRC-32 of these 16 bytes (4) · text
 *     text   = JSON of the header · new line · one transaction, sealed and bound to the spill and to its number
 *
 * Each record is complete in itself, so damage between two records loses nothing else. The mark's first byte occurs in
 * no UTF-8 text, so a record is found anywhere in the file.
 */

export interface SpillContent {
  /** In the order of the file. */
  readonly records: readonly SpillRecord[];
  /** What is neither a whole record nor the torn end. */
  readonly damagedBytes: number;
  /** An unfinished record at the end. */
  readonly tornBytes: number;
  /** Nothing but zeros. */
  readonly isBlank: boolean;
}

const MARK = Buffer.concat([Buffer.from([0xf5]), Buffer.from('vspill2')]);
const HEAD_BYTES = 20;

export const frame = (header: SpillHeader, number: number, sealed: string): Buffer => {
  const text = Buffer.from(`${JSON.stringify({ ...header, number })}\n${sealed}`, 'utf8');
  const head = Buffer.alloc(HEAD_BYTES);
  MARK.copy(head);
  head.writeUInt32BE(text.length, 8);
  head.writeUInt32BE(crc32(text), 12);
  head.writeUInt32BE(crc32(head.subarray(0, 16)), 16);
  return Buffer.concat([head, text]);
};

/** Reads every whole record, and counts the other bytes. */
export const readRecords = (bytes: Buffer): SpillContent => {
  const records: SpillRecord[] = [];
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const content = { records, tornBytes: 0, isBlank: used === 0 };
  let damagedBytes = 0;
  for (let place = 0; place < used; ) {
    const record = readRecord(bytes, place);
    if (record !== null) {
      records.push(record);
      place += record.bytes;
      continue;
    }
    const next = findNext(bytes, place + 1);
    if (next === null && isTorn(bytes, place, used))
      return { ...content, damagedBytes, tornBytes: used - place };
    damagedBytes += (next ?? used) - place;
    place = next ?? used;
  }
  return { ...content, damagedBytes };
};

const readRecord = (bytes: Buffer, place: number): SpillRecord | null => {
  const length = lengthAt(bytes, place);
  if (length === null) return readOldRecord(bytes, place);
  const text = bytes.subarray(place + HEAD_BYTES, place + HEAD_BYTES + length);
  if (text.length < length || crc32(text) !== bytes.readUInt32BE(place + 12)) return null;
  const [header = '', sealed = ''] = text.toString('utf8').split('\n');
  const { number, ...rest } = JSON.parse(header) as SpillHeader & { readonly number: number };
  return { header: rest, number, sealed, bytes: HEAD_BYTES + length };
};

/** The text length of the record that begins at `place`; null where none does. */
const lengthAt = (bytes: Buffer, place: number): number | null => {
  const head = bytes.subarray(place, place + HEAD_BYTES);
  if (head.length < HEAD_BYTES || !head.subarray(0, MARK.length).equals(MARK)) return null;
  return crc32(head.subarray(0, 16)) === head.readUInt32BE(16) ? head.readUInt32BE(8) : null;
};

/** A record that reaches beyond the last used byte: its write was not finished. */
const isTorn = (bytes: Buffer, place: number, used: number): boolean => {
  const length = lengthAt(bytes, place);
  if (length !== null) return place + HEAD_BYTES + length > used;
  const rest = bytes.subarray(place, used);
  const mark = MARK.subarray(0, rest.length);
  return rest.length < HEAD_BYTES && rest.subarray(0, mark.length).equals(mark);
};

/** Where the next whole record begins. */
const findNext = (bytes: Buffer, from: number): number | null => {
  const starts = [...startsOf(bytes, from), ...startsOfOldRecords(bytes, from)].sort(
    (one, other) => one - other,
  );
  return starts.find((start) => readRecord(bytes, start) !== null) ?? null;
};

const startsOf = function* (bytes: Buffer, from: number): Generator<number> {
  for (let at = bytes.indexOf(MARK, from); at !== -1; at = bytes.indexOf(MARK, at + 1)) yield at;
};
