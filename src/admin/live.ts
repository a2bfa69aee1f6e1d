/**
 * Live: the least that status and metrics must see of live binds and links; the edges' own classes fit.
 */
export interface LiveBinds {
  ofAccount(accountNo: number): readonly { readonly session: { readonly unanswered: number } }[];
}

export interface LiveLink {
  readonly state: string;
  readonly used: number;
  readonly free: number;
  readonly pacer: { readonly pace: number };
}

export interface LiveGroup {
  readonly name: string;
  readonly operatorNo: number;
  readonly settings: { readonly protocol: string };
  readonly links: readonly LiveLink[];
}

export interface LiveLinks {
  readonly groups: Iterable<LiveGroup>;
}
