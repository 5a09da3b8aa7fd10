import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { PAGE_KEY_HEADER, PAGE_KEY_ITEM } from '../page-key.ts';

const FIRST_QUERY = `# Is everything there?
query Tokens {
  tokens { apiName verdict expiresAt fingerprint }
}

# Make what is missing.
mutation Generate {
  generateTokens(mode: INVALID_ONLY) { id status }
}

# Watch it.
subscription Progress {
  tokenProgress { generated total current step missing }
}
`;

/** Sends the page key with whatever GraphiQL asks, subscriptions too; read each time, for somebody may log in anew. */
const WITH_PAGE_KEY = `<script>
  const send = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('${PAGE_KEY_HEADER}', localStorage.getItem('${PAGE_KEY_ITEM}') ?? '');
    return send(input, { ...init, headers });
  };
</script>`;

/** GraphiQL with everything it needs inside the page; the usual one would load it from another host. */
export const graphiqlPage = (): string =>
  renderGraphiQL({ title: 'vega-auth', subscriptionsProtocol: 'SSE', defaultQuery: FIRST_QUERY }).replace(
    '<head>',
    () => `<head>${WITH_PAGE_KEY}`,
  );
