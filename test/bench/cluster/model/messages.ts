export type FromModel =
  | { readonly kind: 'READY' }
  | { readonly kind: 'LOGIN'; readonly milliseconds: number };
