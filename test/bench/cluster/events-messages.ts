export type ToNode =
  | { readonly kind: 'PUBLISH'; readonly stamp: string }
  /** Commits rows of the ledger for so long, several at a time. */
  | { readonly kind: 'COMMIT'; readonly milliseconds: number };

export type FromNode =
  | { readonly kind: 'READY'; readonly port: number; readonly key: string }
  | { readonly kind: 'COMMITTED'; readonly count: number };
