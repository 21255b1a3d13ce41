/** Measures each candidate once a round, in one order and then in the other, so that whatever changes meanwhile falls on all alike. */
export const inTurns = async <C, R>(rounds: number, candidates: readonly C[], measure: (candidate: C) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed()) results.push(await measure(candidate));
  }
  return results;
};
