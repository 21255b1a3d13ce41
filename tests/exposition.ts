/** Reads the text format of Prometheus, version 0.0.4, by its letter: what a scraper would stumble over, and what its linter would complain of, is an error. */

export type Sample = { name: string; labels: Record<string, string>; value: number };
export type Family = { name: string; help: string; type: string; samples: Sample[] };
export type Exposition = Map<string, Family>;

const namePattern = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const sampleLine = new RegExp(`^(${namePattern})(?:\\{(.*)\\})? (\\S+)$`);
const labelPair = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

/** The families of a whole exposition, by name. */
export const parseExposition = (text: string): Exposition => {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families: Exposition = new Map();
  let current: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#')) current = readComment(line, families, current);
    else if (current) current.samples.push(readSample(line, current));
    else throw new Error(`a sample of nothing: ${line}`);
  }
  for (const family of families.values()) check(family);
  return families;
};

const readComment = (line: string, families: Exposition, current: Family | undefined): Family => {
  const [, keyword, name = '', rest = ''] = new RegExp(`^# (HELP|TYPE) (${namePattern}) (.+)$`).exec(line) ?? [];
  if (keyword === 'HELP') {
    if (families.has(name)) throw new Error(`${name} comes twice`);
    const family = { name, help: rest, type: '', samples: [] };
    families.set(name, family);
    return family;
  }
  if (keyword !== 'TYPE' || !current || current.name !== name || current.type !== '' || current.samples.length > 0) throw new Error(`out of place: ${line}`);
  if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`no type: ${line}`);
  return Object.assign(current, { type: rest });
};

const readSample = (line: string, { name: family, type }: Family): Sample => {
  const [, name = '', labels = '', value = ''] = sampleLine.exec(line) ?? [];
  const own = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => family + suffix) : [family];
  if (!own.includes(name)) throw new Error(`not a sample of ${type} ${family}: ${line}`);
  if (value === '' || Number.isNaN(readValue(value))) throw new Error(`no number: ${line}`);
  return { name, labels: readLabels(labels), value: readValue(value) };
};

const readValue = (text: string): number => Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));

const readLabels = (text: string): Record<string, string> => {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== '';) {
    const [whole, name = '', value = ''] = labelPair.exec(rest) ?? [];
    if (whole === undefined || name in labels) throw new Error(`no labels: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
};

const idOf = ({ name, labels }: Sample): string => JSON.stringify([name, ...Object.entries(labels).sort()]);

const check = (family: Family): void => {
  const { name, type, samples } = family;
  if (type === '') throw new Error(`${name} has no type`);
  if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} is a ${type}: counters, and only they, end in _total`);
  if (new Set(samples.map(idOf)).size < samples.length) throw new Error(`${name} has a sample twice`);
  if (type !== 'gauge' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts below 0`);
  if (type === 'histogram') checkHistogram(family);
};

const checkHistogram = ({ name, samples }: Family): void => {
  const series = Map.groupBy(samples, ({ labels }) => JSON.stringify(Object.entries(labels).filter(([label]) => label !== 'le').sort()));
  for (const group of series.values()) {
    const buckets = group.filter((sample) => sample.name.endsWith('_bucket')).map(({ labels, value }) => ({ le: readValue(labels['le'] ?? ''), value }));
    const count = group.find((sample) => sample.name.endsWith('_count'))?.value;
    const isRising = buckets.every(({ le, value }, index) => index === 0 || (le > (buckets[index - 1]?.le ?? NaN) && value >= (buckets[index - 1]?.value ?? NaN)));
    const last = buckets.at(-1);
    if (!isRising || last?.le !== Infinity || last.value !== count || !group.some((sample) => sample.name.endsWith('_sum'))) throw new Error(`${name} is no histogram`);
  }
};

/** The value of a sample, or the sum of all that have these labels; 0 where there are none. */
export const valueOf = (exposition: Exposition, name: string, labels: Record<string, string> = {}): number => {
  const family = exposition.get(name.replace(/_(?:bucket|sum|count)$/, '')) ?? exposition.get(name);
  if (!family) throw new Error(`there is no ${name}`);
  const found = family.samples.filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  return found.reduce((sum, { value }) => sum + value, 0);
};
