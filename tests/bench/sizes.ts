/** `npm run size`: what readers and services load. */
import { measure } from '../sizes.ts';

const cell = (value: number | string | undefined): string => (typeof value === 'number' ? value.toLocaleString('en') : (value ?? '')).padStart(9);

console.log(`${'bytes'.padEnd(42)}${['raw', 'gzip', 'brotli', 'limit'].map(cell).join('')}`);
for (const { what, size, limit } of await measure()) console.log(`${what.padEnd(42)}${[size.raw, size.gzip, size.brotli, limit].map(cell).join('')}`);
console.log('\nLimits are of gzip, and `npm test` holds them. The sample is stories/harbour-bridge.md.');
