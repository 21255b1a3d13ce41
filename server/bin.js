#!/usr/bin/env node
// In a checkout Node 24 runs TypeScript as it is, and an older Node hands over to the one that the project pins. A published package holds JavaScript, in lib/.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const source = new URL('./main.ts', import.meta.url);
const isCheckout = existsSync(source);
const main = isCheckout ? source : new URL('../lib/server/main.js', import.meta.url);
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) {
  // What a start costs is mostly making JavaScript of TypeScript: kept, it costs half.
  if (isCheckout) module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/stop-press', import.meta.url)));
  await import(main.href);
} else if (existsSync(pinned)) {
  // The channel tells the child when this process is gone, however it went.
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} else {
  console.error(`stop-press needs Node 24 or newer; this is ${process.versions.node}. In a checkout, "npm ci" brings one along.`);
  process.exit(1);
}
