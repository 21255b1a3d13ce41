import { expect, it } from 'vitest';
import { f1Of, identityDataIsThere, judgeAll } from './bench/identity-cases.ts';

it.skipIf(!identityDataIsThere)(`knows the sections of real edit histories${identityDataIsThere ? '' : ' (skipped: the labelled histories are not here)'}`, async () => {
  const verdicts = await judgeAll();
  const right = verdicts.filter((verdict) => verdict.right).length;
  expect(right / verdicts.length).toBeGreaterThanOrEqual(0.97);
  expect(f1Of(verdicts.map(({ hard }) => hard))).toBeGreaterThanOrEqual(0.985);
});
