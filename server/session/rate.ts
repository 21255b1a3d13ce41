/** How often a client may speak: a bucket of `burst` messages that fills again by `perSecond`. Times are ms of any one clock. */
export type Rate = { perSecond: number; burst: number };

/** What a client has left, as of `at`. It outlives the session, so that a client cannot get a new bucket by making itself a new session. */
export type Bucket = { left: number; at: number };

export const fullBucket = ({ burst }: Rate, at: number): Bucket => ({ left: burst, at });

/** Whether one more message is allowed now; if so, it is taken. */
export const takeOne = (bucket: Bucket, { perSecond, burst }: Rate, now: number): boolean => {
  bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
  bucket.at = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
};
