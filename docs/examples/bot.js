// Tells each correction of every story: node bot.js https://news.example/ bot.position [address of a webhook]
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { follow } from 'stop-press/client';

const [address, file, webhook] = process.argv.slice(2);
const newsroom = follow(address, { since: existsSync(file) ? readFileSync(file, 'utf8') : undefined });

for await (const { before, state } of newsroom) {
  const known = before ?? (newsroom.position ? undefined : state); // a first run begins with what stands
  const told = new Set(known?.meta.corrections.map(({ at, text }) => at + text));
  for (const { text } of state?.meta.corrections.filter(({ at, text }) => !told.has(at + text)) ?? []) {
    const body = JSON.stringify({ text: `${state.meta.headline}: ${text}` });
    console.log(body);
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    if (webhook && !(await fetch(webhook, options)).ok) throw new Error(`${webhook} does not take it`);
  }
  if (!newsroom.position) continue;
  writeFileSync(`${file}.new`, newsroom.position);
  renameSync(`${file}.new`, file);
}
