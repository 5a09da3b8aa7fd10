import { sharedPostgres } from '../postgres.ts';

/** Uses the shared server as a test worker does. Then ends, or waits until it is ended. */
const server = await sharedPostgres();
const url = await server.createDatabase();
process.stdout.write(`${JSON.stringify({ url, folder: server.folder })}\n`);
if (process.argv[2] === 'WAIT') setInterval(() => undefined, 1000);
