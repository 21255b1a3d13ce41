/** Whoever comes at a bad moment is turned away, and told when to come back. */
const reasons = {
  stopping: 'this server is about to stop',
  overloaded: 'too many readers are coming at once: come back a little later',
} as const;

export type Refusal = {
  code: keyof typeof reasons;
  /** For people. */
  why: string;
  /** s, another for each */
  retryAfter: number;
};

export const refuse = (code: Refusal['code'], afterMs: number): Refusal => ({ code, why: reasons[code], retryAfter: Math.ceil(afterMs / 1_000) });
