export { writeWhole } from '../db/write-whole.ts';
