export const CONTENDER_NAMES = ['ours', 'single', 'bare', 'graphql-ws', 'yoga'] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

export type ToServer =
  | { readonly kind: 'MEASURE' }
  | { readonly kind: 'PUBLISH'; readonly count: number; readonly everyMs: number };

export type FromServer =
  | { readonly kind: 'READY'; readonly port: number; readonly key: string }
  | {
      readonly kind: 'MEASURED';
      readonly memory: number;
      readonly before: NodeJS.CpuUsage;
      readonly after: NodeJS.CpuUsage;
    };

export type ToSubscribers =
  | {
      readonly kind: 'CONNECT';
      readonly port: number;
      readonly key: string;
      readonly count: number;
      readonly way: 'DISTINCT' | 'SINGLE' | 'WEB_SOCKET';
    }
  /** Begins to count anew, and says so when that many messages have come. */
  | { readonly kind: 'EXPECT'; readonly deliveries: number };

export type FromSubscribers =
  | { readonly kind: 'CONNECTED' }
  | { readonly kind: 'COUNTING' }
  | {
      readonly kind: 'RECEIVED';
      /** From the first publication to the last message, ns. */
      readonly elapsed: number;
      /** From publication to arrival, ns, of all messages. */
      readonly latencies: { readonly p50: number; readonly p99: number };
    };
