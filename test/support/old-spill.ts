import { crc32 } from 'node:zlib';
import { readRecords } from '../../src/db/spill/spill-records.ts';

/** One record of a spill file as older versions wrote it. */
export const oldFrame = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(bytes.length, 0);
  head.writeUInt32BE(crc32(bytes), 4);
  return Buffer.concat([head, bytes]);
};

/** The same spill as an older version would have written it, record by record. */
export const asOldRecords = (spill: Buffer): readonly Buffer[] => {
  const { records } = readRecords(spill);
  const { spill: id, process, birth, schema } = records[0]?.header ?? {};
  const header = JSON.stringify({ spill: id, process, birth, schema });
  return [header, ...records.map(({ sealed }) => sealed)].map(oldFrame);
};
