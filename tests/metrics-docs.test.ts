/** What is said of metrics, against a real scrape: the table, the rules, the dashboard. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startCounted, type CountedServer } from './counted-server.ts';
import type { Exposition } from './exposition.ts';
import { startReceiver, type Receiver } from './webhook-receiver.ts';

let receiver: Receiver;
let server: CountedServer;
let scraped: Exposition;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startCounted({ hook: receiver.url });
  await (await fetch(`${server.address}/healthz`)).text();
  scraped = await server.scrape(); // not the first: so it tells of a request
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

const doc = (name: string): Promise<string> => readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8');

/** The metrics that a query asks for. */
const namesIn = (query: string): string[] => query.match(/\bstop_press_\w+/g) ?? [];

/** Why a query would find nothing: it names what is not there, or a histogram as if it were a number, or a label that its metric does not have. */
const complaintsOf = (query: string): string[] => [
  ...namesIn(query).filter((name) => ![...scraped.values()].some(({ name: family, type }) => (type === 'histogram' ? [`${family}_bucket`, `${family}_sum`, `${family}_count`] : [family]).includes(name))),
  ...[...query.matchAll(/(stop_press_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', matchers = '']) =>
    [...matchers.matchAll(/(\w+)\s*[=!]/g)].flatMap(([, label = '']) => (label === 'instance' || labelsOf(name).includes(label) ? [] : [`${name}{${label}}`])),
  ),
];

const familyOf = (name: string) => scraped.get(name) ?? scraped.get(name.replace(/_(?:bucket|sum|count)$/, ''));
const labelsOf = (name: string): string[] => [...new Set((familyOf(name)?.samples ?? []).flatMap(({ labels }) => Object.keys(labels)).filter((label) => label !== 'le'))];

test('metrics.md has every metric, with its type and its labels, and no other', async () => {
  const rows = [...(await doc('metrics.md')).matchAll(/^\| `(stop_press_\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \|/gm)];
  const said = rows.map(([, name, type, labels = '', meaning = '']) => [name, type, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(), meaning.trim() !== '']);
  const counted = [...scraped.values()].map(({ name, type }) => [name, type, labelsOf(name).sort(), true]);
  expect(said.sort()).toEqual(counted.sort());
  expect([...scraped.values()].filter(({ samples }) => samples.length === 0), 'metrics without a sample, whose labels nobody has seen').toEqual([]);
});

test('alerts.yml is a file of rules, and each asks for what is there', async () => {
  const { groups } = parse(await doc('alerts.yml')) as { groups: { name: string; rules: { alert: string; expr: string; for?: string; labels: { severity: string }; annotations: { summary: string } }[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThanOrEqual(4);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, expr, for: during = '0s', labels, annotations } of rules) {
    expect([alert, complaintsOf(expr)]).toEqual([alert, []]);
    expect(namesIn(expr)).not.toEqual([]);
    expect(during).toMatch(/^\d+[smh]$/);
    expect(labels.severity).toMatch(/^(?:page|ticket|info)$/);
    expect(annotations.summary).toMatch(/\S/);
  }
});

describe('grafana.json', () => {
  type Place = { x: number; y: number; w: number; h: number };
  type Panel = { id: number; type: string; title: string; gridPos: Place; datasource?: { uid: string }; targets?: { refId: string; expr: string }[]; fieldConfig?: { defaults: { unit?: string } } };
  type Dashboard = { uid: string; title: string; schemaVersion: number; __inputs: { name: string; pluginId: string }[]; __requires: { type: string; id: string }[]; panels: Panel[] };
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = JSON.parse(await doc('grafana.json')) as Dashboard;
  });
  const charts = () => dashboard.panels.filter(({ type }) => type !== 'row');

  test('asks for its Prometheus when it is imported, and for what its panels are made of', () => {
    expect(dashboard).toMatchObject({ uid: 'stop-press', schemaVersion: 39, __inputs: [{ name: 'DS_PROMETHEUS', pluginId: 'prometheus' }] });
    expect(new Set(charts().map(({ datasource }) => datasource?.uid))).toEqual(new Set(['${DS_PROMETHEUS}']));
    const required = dashboard.__requires.filter(({ type }) => type === 'panel').map(({ id }) => id);
    expect(required.sort()).toEqual([...new Set(charts().map(({ type }) => type))].sort());
  });

  test('every query asks for what is there, and every metric is on some panel', () => {
    const targets = charts().flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    expect(targets.flatMap(({ title, expr }) => complaintsOf(expr).map((complaint) => `${title}: ${complaint}`))).toEqual([]);
    const shown = new Set(targets.flatMap(({ expr }) => namesIn(expr)).map((name) => familyOf(name)?.name));
    expect([...scraped.keys()].filter((name) => !shown.has(name))).toEqual([]);
  });

  test('panels have titles, queries and ids of their own, and lie beside each other', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, targets = [] } of charts()) {
      expect(title).toMatch(/\S/);
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    const overlap = (a: Place, b: Place): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    const clashes = panels.flatMap((one, index) => panels.slice(index + 1).filter((other) => overlap(one.gridPos, other.gridPos)).map((other) => [one.title, other.title]));
    expect(clashes).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([]);
  });

  test('seconds are shown as seconds, and bytes as bytes', () => {
    const wrong = charts().filter(({ type, targets = [], fieldConfig }) => {
      const unit = type === 'heatmap' ? 's' : fieldConfig?.defaults.unit;
      const [first = ''] = targets.flatMap(({ expr }) => namesIn(expr));
      const expected = [['_seconds_bucket', 's'], ['_bytes', 'bytes'], ['_bytes_total', 'Bps']].find(([ending = '']) => first.endsWith(ending))?.[1];
      return expected !== undefined && unit !== expected;
    });
    expect(wrong.map(({ title }) => title)).toEqual([]);
  });
});
