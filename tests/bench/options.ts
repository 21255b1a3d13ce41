/** The options of a benchmark: `npm run bench:fanout -- --readers 2000 --only stop-press,ws`. */
import { parseArgs } from 'node:util';
import { Missing } from './scope.ts';

type Value = number | number[] | string[];

/** Options with their defaults, whose kinds say what may be given: a number, numbers by commas, words by commas. `--help` prints them and ends. */
export const readOptions = <T extends Record<string, Value>>(about: string, defaults: T, argv = process.argv.slice(2)): T => {
  const names = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: argv, options: { ...names, help: { type: 'boolean' } }, strict: false });
  const unknown = Object.keys(values).find((name) => name !== 'help' && !(name in defaults));
  const usage = `${about}\n\n${Object.entries(defaults).map(([name, value]) => `  --${name} ${String(value)}`).join('\n')}`;
  if (values['help'] === true) {
    console.log(usage);
    process.exit(0);
  }
  if (unknown !== undefined) throw new Missing(`there is no option --${unknown}\n\n${usage}`);
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, typeof values[name] === 'string' ? read(name, values[name], value) : value])) as T; // each is of its default's kind
};

const read = (name: string, text: string, like: Value): Value => {
  const words = text.split(',').map((word) => word.trim()).filter((word) => word !== '');
  if (Array.isArray(like) && like.every((each) => typeof each === 'string')) return words;
  const numbers = words.map(Number);
  const [first] = numbers;
  if (first === undefined || numbers.some((each) => !(each >= 0)) || (!Array.isArray(like) && numbers.length > 1)) throw new Missing(`--${name} takes ${Array.isArray(like) ? 'numbers by commas' : 'a number'}, not "${text}"`);
  return Array.isArray(like) ? numbers : first;
};
