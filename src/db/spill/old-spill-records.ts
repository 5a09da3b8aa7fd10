import { crc32 } from 'node:zlib';
import type { SpillHeader, SpillRecord } from './spill-record.ts';

/**
 * The records of a spill file as older versions wrote it:
 *
 *     record  = length of the text (4 bytes) · CRC-32 of the text (4) · text
 *     first   = JSON of the header
 *     further = one transaction each, sealed; its number is its place
 */

const HEAD_BYTES = 8;
const [HEADER, SEALED] = [Buffer.from('{"spill"'), Buffer.from('vega1:')];

export const readOldRecord = (bytes: Buffer, place: number): SpillRecord | null => {
  if (place + HEAD_BYTES > bytes.length) return null;
  const length = bytes.readUInt32BE(place);
  const text = bytes.subarray(place + HEAD_BYTES, place + HEAD_BYTES + length);
  if (length === 0 || text.length < length || !(startsWith(text, HEADER) || startsWith(text, SEALED)))
    return null;
  if (crc32(text) !== bytes.readUInt32BE(place + 4)) return null;
  const isHeader = startsWith(text, HEADER);
  return {
    header: isHeader ? (JSON.parse(text.toString('utf8')) as SpillHeader) : null,
    number: isHeader ? 0 : null,
    sealed: isHeader ? '' : text.toString('utf8'),
    bytes: HEAD_BYTES + length,
  };
};

/** Where a record may begin. */
export const startsOfOldRecords = function* (bytes: Buffer, from: number): Generator<number> {
  for (const text of [HEADER, SEALED])
    for (let at = bytes.indexOf(text, from + HEAD_BYTES); at !== -1; at = bytes.indexOf(text, at + 1))
      yield at - HEAD_BYTES;
};

const startsWith = (text: Buffer, beginning: Buffer): boolean =>
  text.subarray(0, beginning.length).equals(beginning);
