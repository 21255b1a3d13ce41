/** JSON that every reader can take: half a surrogate pair, which UTF-8 cannot carry and many parsers refuse, becomes U+FFFD. */
export const wellFormedJson = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? each.toWellFormed() : each));
