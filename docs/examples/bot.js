// Tells each correction of every story: node bot.js https://news.example/ bot.position [address of a webhook]
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { follow } from 'stop-press/client';

const [address, file, webhook] = process.argv.slice(2);
const newsroom = follow(address, { since: existsSync(file) ? readFileSync(file, 'utf8') : undefined });

for await (const { before, state } of newsroom) {
  const told = new Set(before?.meta.corrections.map(({ at, text }) => at + text));
  const news = before ? state.meta.corrections.filter(({ at, text }) => !told.has(at + text)) : [];
  for (const { text } of news) {
    const body = JSON.stringify({ text: `${state.meta.headline}: ${text}` });
    console.log(body);
    if (webhook) await fetch(webhook, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  if (!newsroom.position) continue;
  writeFileSync(`${file}.new`, newsroom.position);
  renameSync(`${file}.new`, file);
}
