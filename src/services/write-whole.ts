export { writeWhole } from '../db/files/write-whole.ts';
